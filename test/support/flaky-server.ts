// A server behind a proxy that can drop, delay or garble API responses. Pages and scripts pass unchanged.

import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RunningServer, startServer } from './server.ts'

export type FlakyMode = 'ok' | 'down' | 'slow' | 'garbage'

export interface FlakyServer extends AsyncDisposable {
  mode: FlakyMode
  /** The public URL: the proxy. */
  readonly url: string
  /** The server behind the proxy. */
  readonly server: RunningServer
}

const SLOW_DELAY_MS = 10_000

export async function startFlakyServer(): Promise<FlakyServer> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, url = '/', headers } = incoming
    const isCall = url.startsWith('/access/') && !url.startsWith('/access/assets/')
    const mode = isCall ? flaky.mode : 'ok'
    const pass = () => {
      const { hostname, port } = new URL(server.url)
      const forwarded = request({ hostname, port, path: url, method, headers }, (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers)
        response.pipe(outgoing)
      })
      forwarded.on('error', () => outgoing.destroy())
      incoming.pipe(forwarded)
    }
    if (mode === 'down') incoming.socket.destroy()
    else if (mode === 'garbage') outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome to the hotel</html>')
    else if (mode === 'slow') setTimeout(pass, SLOW_DELAY_MS)
    else pass()
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const url = `http://localhost:${(proxy.address() as AddressInfo).port}`
  const server = await startServer({ env: { LATCHKEY_PUBLIC_URL: url } })
  const flaky: FlakyServer = {
    mode: 'ok',
    url,
    server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]()
      proxy.closeAllConnections()
      proxy.close()
    },
  }
  return flaky
}
