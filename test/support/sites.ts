// HTTPS sites for browser tests: an application, a sibling subdomain, another site, and Latchkey on its own host name.

import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type Certificate, makeCertificate } from './certificate.ts'
import { clientBundle } from './client-bundle.ts'
import { freePort } from './raw-http.ts'
import { type RunningServer, startServer, temporaryFolder } from './server.ts'

const { resolve } = createRequire(import.meta.url)
/** The browser builds of the packages. */
const SCRIPTS: Readonly<Record<string, string>> = {
  '/jquery.js': resolve('jquery'),
  '/axios.js': join(resolve('axios/package.json'), '../dist/axios.js'),
}

export interface Sites extends AsyncDisposable {
  readonly certificate: Certificate
  /** The origin of Latchkey, on the same site as the application. */
  readonly latchkey: string
  readonly server: RunningServer
  /** The origin of the application, which Latchkey allows. */
  readonly app: string
  /** An origin of the same site that Latchkey does not allow. */
  readonly otherOrigin: string
  /** An origin of another site. */
  readonly otherSite: string
  /** Kills the server, and restarts it with the same database. */
  restartServer(meanwhile?: () => Promise<void>): Promise<void>
}

export interface SiteOptions {
  readonly env?: Readonly<Record<string, string>>
  /** The server program; default: the one in the sources. */
  readonly main?: string
}

export async function startSites({ env = {}, main }: SiteOptions = {}): Promise<Sites> {
  const folder = await temporaryFolder()
  const certificate = await makeCertificate(folder, ['app.test', 'api.app.test', 'other.app.test', 'evil.test', 'localhost'])
  const pages = await servePages(certificate)
  const { port } = pages.address() as AddressInfo
  const app = `https://app.test:${port}`
  const ownPort = await freePort()
  const latchkey = `https://api.app.test:${ownPort}`
  const options = {
    ...(main === undefined ? {} : { main }),
    env: {
      PORT: String(ownPort),
      LATCHKEY_PUBLIC_URL: latchkey,
      LATCHKEY_ALLOWED_ORIGINS: app,
      TLS_CERT: certificate.cert,
      TLS_KEY: certificate.key,
      DATABASE_URL: `sqlite:${join(folder, 'latchkey.db')}`,
      ...env,
    },
  }
  let server = await startServer(options)
  return {
    certificate,
    latchkey,
    get server() {
      return server
    },
    app,
    otherOrigin: `https://other.app.test:${port}`,
    otherSite: `https://evil.test:${port}`,
    async restartServer(meanwhile = async () => {}) {
      await server.stop('SIGKILL')
      await meanwhile()
      server = await startServer(options)
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      pages.closeAllConnections()
      pages.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Serves an empty page for every host name, and the scripts that tests load. */
async function servePages({ cert, key }: Certificate): Promise<Server> {
  const client = await clientBundle()
  const server = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (request, response) => {
    const path = request.url ?? '/'
    const script = path === '/client.js' ? client : scriptAt(path)
    if (script !== undefined) response.writeHead(200, { 'content-type': 'text/javascript' }).end(script)
    else if (path === '/favicon.ico') response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><meta charset="utf-8"><title>page</title><p>page</p>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function scriptAt(path: string): Buffer | undefined {
  const file = SCRIPTS[path]
  return file === undefined ? undefined : readFileSync(file)
}
