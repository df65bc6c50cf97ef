// Something between a browser and the server that has its moods: down, slow, or talking rubbish. Pages and scripts get through,
// so that it is the answers to calls that go wrong.

import { createServer, request } from 'node:http'

export type Mood = 'well' | 'down' | 'slow' | 'rubbish'

export interface MoodyProxy extends Disposable {
  mood: Mood
  readonly url: string
}

export const SLOWNESS = 10_000

/** @param target the server's address, asked at each request, since it may start later */
export async function startMoodyProxy(port: number, target: () => string): Promise<MoodyProxy> {
  const proxy = {
    mood: 'well' as Mood,
    url: `http://localhost:${port}`,
    [Symbol.dispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
  const server = createServer((incoming, outgoing) => {
    const { method, url = '/', headers } = incoming
    const isCall = url.startsWith('/access/') && !url.startsWith('/access/assets/')
    const mood = isCall ? proxy.mood : 'well'
    const pass = () => {
      const { hostname, port } = new URL(target())
      const asked = request({ hostname, port, path: url, method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(outgoing)
      })
      asked.on('error', () => outgoing.destroy())
      incoming.pipe(asked)
    }
    if (mood === 'down') incoming.socket.destroy()
    else if (mood === 'rubbish') outgoing.writeHead(200, { 'content-type': 'text/html' }).end('<html>Welcome to the hotel</html>')
    else if (mood === 'slow') setTimeout(pass, SLOWNESS)
    else pass()
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return proxy
}
