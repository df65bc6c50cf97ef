# Builds the package from this checkout and installs it, without build dependencies, into an image that runs as an unprivileged user and
# writes to /data only.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm pack --pack-destination /tmp

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /app
COPY --from=build /tmp/latchkey-*.tgz /tmp/latchkey.tgz
RUN npm install --omit=dev --no-audit --no-fund /tmp/latchkey.tgz && rm /tmp/latchkey.tgz \
  && install --directory --owner=node --group=node --mode=0700 /data
USER node
WORKDIR /data
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/app/node_modules/.bin/latchkey"]
CMD ["serve"]
