// The server: listens first, then starts the engine, then answers; and stops in the reverse order.

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
import { readTls, watchTls } from './tls.ts'

// By way of the process: an import of node:http would also load clients for WebSockets and fetch, a tenth of the start-up time.
const { createServer } = process.getBuiltinModule('node:http')

export interface RunningServer {
  /** The address it listens on. */
  readonly url: string
  readonly publicUrl: string
  readonly metrics: Metrics
  /** The port of METRICS_PORT, where it is set. */
  readonly metricsPort: number | undefined
  /** Fails readiness first, then completes pending requests and writes pending updates. */
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
/** Between failing readiness and closing the port, so that load balancers notice in time. */
const READINESS_DELAY = 200
const DRAIN_TIMEOUT = 10_000

/** @throws SettingError, StoreError; then nothing is left listening */
export async function serve(settings: Settings, { log, labels, ownsMetricsPort = true }: ServeOptions): Promise<RunningServer> {
  const errorPage = refusalPageWith(settings.cookieName)
  let handleRequest: RequestListener = (request, response) => void ready.then(() => handleRequest(request, response))
  let markReady = () => {}
  const ready = new Promise<void>((resolve) => {
    markReady = resolve
  })
  let stopping = false
  const pending = new Set<ServerResponse>()
  const listener: RequestListener = (request, response) => {
    if (stopping) response.shouldKeepAlive = false
    if (hasInvalidHost(request)) void rejectRawRequest(request, response, publicUrl, errorPage)
    else handleRequest(request, response)
  }
  const { server, scheme, unwatchTls } = createListening(settings, listener, log)
  let publicUrl = settings.publicUrl ?? `${scheme}://localhost`
  // A body that will be refused is not requested from the client.
  server.on('checkContinue', (request, response) => {
    if (!(Number(request.headers['content-length']) > MAX_BODY)) response.writeContinue()
    listener(request, response)
  })
  // An unknown expectation is no reason to refuse (RFC 9110, 10.1.1).
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
        engine,
        publicUrl,
        readiness: createReadiness(engine),
        isStopping: () => stopping,
        pages: pageRoutes(),
        errorPage,
        onWarning: warn,
        metrics: settings.metricsPort === undefined ? () => metrics.text() : undefined,
      },
      (completed) => {
        metrics.count(completed)
        logRequest(log, completed)
      },
    )
    const nodeHandler = toNodeHandler({ handle }, { address: clientAddress(settings.trustedProxies, settings.forwardedHeader) })
    handleRequest = (request, response) => {
      const failed = (error: unknown) => {
        log.error({ err: error }, 'response failed')
        response.destroy()
      }
      const handled = catchMaybe(() => nodeHandler(request, response), failed)
      if (!(handled instanceof Promise)) return
      pending.add(response)
      void handled.finally(() => pending.delete(response))
    }
    markReady()
    const metricsServer = ownsMetricsPort ? await serveMetrics(settings, () => metrics.text()) : undefined
    return {
      url: `${scheme}://${bracketed(settings.host)}:${port}`,
      publicUrl,
      metrics,
      metricsPort: metricsServer?.port,
      async stop() {
        stopping = true
        await pause(READINESS_DELAY)
        unwatchTls()
        // Pending requests are answered and their connections closed: kept alive, they would delay the stop.
        for (const response of pending) if (!response.headersSent) response.shouldKeepAlive = false
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
    unwatchTls()
    server.closeAllConnections()
    server.close()
    throw error
  }
}

function createListening(settings: Settings, listener: RequestListener, log: Logger) {
  const { tlsCert: cert, tlsKey: key } = settings
  if (cert === undefined || key === undefined) return { server: createServer(LIMITS, listener), scheme: 'http', unwatchTls: () => {} }
  const server = createSecureServer({ ...LIMITS, ...readTls({ cert, key }) }, listener)
  const unwatchTls = watchTls(server, { cert, key }, (problem) => {
    if (problem === undefined) log.info('certificate reloaded')
    else log.warn({ problem }, 'the new certificate cannot be used, the old one stays in use')
  })
  return { server, scheme: 'https', unwatchTls }
}

/** Serves metrics on METRICS_PORT, on the same host. @throws SettingError */
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

/** Error codes about the address, not the port. */
const ADDRESS_ERRORS: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EADDRNOTAVAIL', 'EINVAL'])

function cannotListen({ code, message }: NodeJS.ErrnoException, port: number, host: string, setting: string): SettingError {
  if (ADDRESS_ERRORS.has(code)) {
    return new SettingError(
      `HOST is "${host}", which the server cannot listen on (${code}); accepted: an IP address or a host name of this machine.`,
    )
  }
  const why = code === 'EADDRINUSE' ? 'which is in use' : `which the server cannot listen on (${code ?? message})`
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
