// The limit of forward authentication: bare node:http that responds 204 to the same request headers.

import { createServer } from 'node:http'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'bare node:http, 204',
  packages: [],
  async prepare() {
    const server = createServer((_request, response) => {
      response.writeHead(204)
      response.end()
    })
    const { url, close } = await listenOnFreePort(server)
    const headers = { cookie: `latchkey_session=${'x'.repeat(66)}`, 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/private/page' }
    return { guarded: { method: 'GET', url: `${url}/access/verify`, headers, status: 204 }, close }
  },
}
