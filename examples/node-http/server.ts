// node:http: sign-in, a guarded page, a route for one role, and a change that needs a token.

import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { createLatchkey } from 'latchkey'
import { createNodeAdapter } from 'latchkey/node'

const port = Number(process.env.PORT ?? 3000)
const latchkey = await createLatchkey({
  publicUrl: process.env.LATCHKEY_PUBLIC_URL ?? `http://localhost:${port}`,
  databaseUrl: process.env.DATABASE_URL ?? 'sqlite:app.db',
})
const { handler, guard } = createNodeAdapter(latchkey)

const json = (response: Parameters<RequestListener>[1], status: number, value: unknown) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
const file = (name: string, type: string) => async (_request: unknown, response: Parameters<RequestListener>[1]) =>
  response.setHeader('content-type', type).end(await readFile(new URL(`../page/${name}`, import.meta.url)))

const routes = new Map<string, (...call: Parameters<RequestListener>) => unknown>([
  ['GET /', guard({ page: true }, file('orders.html', 'text/html'))],
  ['GET /orders.js', file('orders.js', 'text/javascript')],
  ['GET /orders.css', file('orders.css', 'text/css')],
  [
    'GET /me',
    guard(async ({ auth }, response) => {
      const [{ username }, { data }] = await Promise.all([auth.session(), auth.data.read()])
      json(response, 200, { username, orders: data.orders ?? 0 })
    }),
  ],
  [
    'POST /orders',
    guard(async ({ auth }, response) => {
      const { data, version } = await auth.data.read()
      const orders = Number(data.orders ?? 0) + 1
      // With the version, a concurrent order is refused instead of lost.
      await auth.data.patch({ orders }, version)
      await auth.record('order.placed', { number: orders })
      json(response, 201, { number: orders })
    }),
  ],
  ['GET /reports', guard({ role: 'editor' }, (_request, response) => json(response, 200, { reports: [] }))],
])

const server = createServer(
  handler((request, response) => {
    const route = routes.get(`${request.method} ${new URL(request.url ?? '/', 'http://localhost').pathname}`)
    return route ? route(request, response) : response.writeHead(404).end()
  }),
)
server.listen(port, '127.0.0.1', () => console.log(`http://localhost:${port}`))
