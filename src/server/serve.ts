// The server: listens, then puts everything together, then answers; and stops in the reverse order.

import type { RequestListener, Server, ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { toNodeHandler } from '../adapters/node.ts'
import { compose } from '../compose.ts'
import { MAX_BODY } from '../http/body.ts'
import { createHandler } from '../http/handler.ts'
import { catchMaybe } from '../http/maybe-promise.ts'
import { createReadiness } from '../http/readiness.ts'
import { refusalPageWith } from '../pages/refusal-page.ts'
import { pageRoutes } from '../pages/routes.ts'
import { SettingError, type Settings } from '../settings.ts'
import { clientAddress } from './client-address.ts'
import { handleClientErrors, hasInvalidHost, rejectRawRequest } from './client-errors.ts'
import { type Logger, logRequest } from './log.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { createServer } from './node-http.ts'
import { readTls, watchTls } from './tls.ts'

export interface RunningServer {
  /** The address it listens on. */
  readonly url: string
  readonly publicUrl: string
  readonly metrics: Metrics
  /** Where metrics are served, when on a port of their own. */
  readonly metricsPort: number | undefined
  /** Readiness fails first, requests under way finish, what has gathered is written. */
  stop(): Promise<void>
}

interface MetricsServer {
  readonly server: Server
  readonly port: number
}

export interface ServeOptions {
  readonly log: Logger
  /** Labels on every metric of this process. */
  readonly labels?: Readonly<Record<string, string>>
  /** False where another process serves METRICS_PORT. */
  readonly ownsMetricsPort?: boolean
}

const LIMITS = {
  headersTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
  requireHostHeader: false,
}
/** Between failing readiness and closing the port, so that whoever balances the load sees it in time. */
const READINESS_DELAY = 200
const DRAIN_TIMEOUT = 10_000

/** @throws SettingError, StoreError; then nothing is left listening */
export async function serve(settings: Settings, { log, labels, ownsMetricsPort = true }: ServeOptions): Promise<RunningServer> {
  const errorPage = refusalPageWith(settings.cookieName)
  let answer: RequestListener = (request, response) => void ready.then(() => answer(request, response))
  let begin = () => {}
  const ready = new Promise<void>((resolve) => {
    begin = resolve
  })
  let stopping = false
  const unanswered = new Set<ServerResponse>()
  const listener: RequestListener = (request, response) => {
    if (stopping) response.shouldKeepAlive = false
    if (hasInvalidHost(request)) void rejectRawRequest(request, response, publicUrl, errorPage)
    else answer(request, response)
  }
  const { server, scheme, unfollow } = createListening(settings, listener, log)
  let publicUrl = settings.publicUrl ?? `${scheme}://localhost`
  // Nobody is asked to send what is going to be refused.
  server.on('checkContinue', (request, response) => {
    if (!(Number(request.headers['content-length']) > MAX_BODY)) response.writeContinue()
    listener(request, response)
  })
  // An expectation that nobody knows is no reason to refuse (RFC 9110, 10.1.1).
  server.on('checkExpectation', listener)
  handleClientErrors(server, () => publicUrl, errorPage)
  const { port } = await listen(server, settings.port, settings.host, 'PORT')
  publicUrl = settings.publicUrl ?? `${scheme}://localhost:${port}`

  const warn = (warning: string) => log.warn(warning)
  const metrics = createMetrics(labels)
  const withServerDefaults = { ...settings, clearSiteData: settings.clearSiteData ?? true }
  try {
    const engine = await compose(withServerDefaults, publicUrl, {
      onWarning: warn,
      onFault: (what, error) => log.error({ err: error }, `${what} failed`),
      onAlarm: ({ id, userId, sessionId, action, ip, userAgent }) =>
        log.warn({ event: id, userId, sid: sessionId, action, address: ip, userAgent }, 'alarm'),
    })
    metrics.observe(engine)
    const handle = createHandler(
      {
        engine: engine,
        publicUrl,
        readiness: createReadiness(engine),
        isStopping: () => stopping,
        pages: pageRoutes(),
        errorPage,
        onWarning: warn,
        metrics: settings.metricsPort === undefined ? () => metrics.text() : undefined,
      },
      (answered) => {
        metrics.count(answered)
        logRequest(log, answered)
      },
    )
    const listenNode = toNodeHandler({ handle }, { address: clientAddress(settings.trustedProxies, settings.forwardedHeader) })
    answer = (request, response) => {
      const failed = (error: unknown) => {
        log.error({ err: error }, 'answer failed')
        response.destroy()
      }
      const answered = catchMaybe(() => listenNode(request, response), failed)
      if (!(answered instanceof Promise)) return
      unanswered.add(response)
      void answered.finally(() => unanswered.delete(response))
    }
    begin()
    const metricsServer = ownsMetricsPort ? await serveMetrics(settings, () => metrics.text()) : undefined
    return {
      url: `${scheme}://${bracketed(settings.host)}:${port}`,
      publicUrl,
      metrics,
      metricsPort: metricsServer?.port,
      async stop() {
        stopping = true
        await pause(READINESS_DELAY)
        unfollow()
        // What is under way is answered, and its connection closed: kept alive, it would hold up the end.
        for (const response of unanswered) if (!response.headersSent) response.shouldKeepAlive = false
        await closeServer(server)
        if (metricsServer) await closeServer(metricsServer.server)
        try {
          await engine.stop()
        } finally {
          await engine.store.close()
        }
      },
    }
  } catch (error) {
    unfollow()
    server.closeAllConnections()
    server.close()
    throw error
  }
}

function createListening(settings: Settings, listener: RequestListener, log: Logger) {
  const { tlsCert: cert, tlsKey: key } = settings
  if (cert === undefined || key === undefined) return { server: createServer(LIMITS, listener), scheme: 'http', unfollow: () => {} }
  const server = createSecureServer({ ...LIMITS, ...readTls({ cert, key }) }, listener)
  const unfollow = watchTls(server, { cert, key }, (problem) => {
    if (problem === undefined) log.info('certificate read again')
    else log.warn({ problem }, 'the new certificate cannot be used, the old one stays')
  })
  return { server, scheme: 'https', unfollow }
}

/** Metrics on a port of their own, on the same host. @throws SettingError */
export async function serveMetrics(settings: Settings, metrics: () => Promise<string>): Promise<MetricsServer | undefined> {
  if (settings.metricsPort === undefined) return undefined
  const server = createServer(LIMITS, (request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end()
      return
    }
    metrics().then(
      (text) =>
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' }).end(text),
      () => response.writeHead(503).end(),
    )
  })
  const { port } = await listen(server, settings.metricsPort, settings.host, 'METRICS_PORT')
  return { server, port }
}

function listen(server: Server, port: number, host: string, setting: string): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, port, host, setting)))
    server.listen(port, host, () => resolve(server.address() as AddressInfo))
  })
}

/** Codes that blame the address, not the port. */
const ADDRESS_ERRORS: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EINVAL'])

function cannotListen({ code, message }: NodeJS.ErrnoException, port: number, host: string, setting: string): SettingError {
  if (ADDRESS_ERRORS.has(code)) {
    return new SettingError(
      `HOST is "${host}", which cannot be listened on (${code}); accepted: an address or a host name of this machine.`,
    )
  }
  const why = code === 'EADDRINUSE' ? 'which is taken' : `which cannot be listened on (${code ?? message})`
  return new SettingError(`${setting} is "${port}", ${why} on HOST "${host}"; accepted: a free port, or 0 to pick one.`)
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT)
  await closed
  clearTimeout(timer)
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
