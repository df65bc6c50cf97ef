// The limit of every request over HTTP: bare node:http.

import { createServer } from 'node:http'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'bare node:http',
  packages: [],
  async prepare() {
    const body = JSON.stringify({ user: 'Alice' })
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const server = createServer((_request, response) => {
      response.writeHead(200, headers)
      response.end(body)
    })
    const { url, close } = await listenOnFreePort(server)
    // The headers of a request with a Latchkey cookie.
    return { guarded: { method: 'GET', url: `${url}/me`, headers: { cookie: `latchkey_session=${'x'.repeat(66)}` }, status: 200 }, close }
  },
}
