// A server behind something that has its moods: down, slow, or talking rubbish. Pages and scripts get through, so that it is the
// answers to calls that go wrong.

import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type RunningServer, startServer } from './server.ts'

export type FlakyMode = 'ok' | 'down' | 'slow' | 'garbage'

export interface FlakyServer extends AsyncDisposable {
  mode: FlakyMode
  /** The public URL, by which browsers come. */
  readonly url: string
  /** The server itself, in no mood at all. */
  readonly server: RunningServer
}

const SLOW_DELAY_MS = 10_000

export async function startFlakyServer(): Promise<FlakyServer> {
  const proxy = createServer((incoming, outgoing) => {
    const { method, url = '/', headers } = incoming
    const isCall = url.startsWith('/access/') && !url.startsWith('/access/assets/')
    const mood = isCall ? flaky.mode : 'ok'
    const pass = () => {
      const { hostname, port } = new URL(server.url)
      const asked = request({ hostname, port, path: url, method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      asked.on('error', () => outgoing.destroy())
      incoming.pipe(asked)
    }
    if (mood === 'down') incoming.socket.destroy()
    else if (mood === 'garbage') outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome to the hotel</html>')
    else if (mood === 'slow') setTimeout(pass, SLOW_DELAY_MS)
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
