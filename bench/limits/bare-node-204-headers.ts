// The limit of forward authentication with the headers of every Latchkey response: bare node:http.

import { createServer } from 'node:http'
import { securityHeaders } from '../../src/http/headers.ts'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'

const IDENTITY_HEADERS = {
  'x-request-id': 'abcdefghij-1234',
  'remote-user': 'Alice',
  'remote-user-id': `usr_${'x'.repeat(22)}`,
  'remote-session': 'x'.repeat(22),
}

export const subject: SubjectModule = {
  name: 'bare node:http, 204 with our headers',
  packages: [],
  async prepare() {
    const answer = Object.entries({ ...securityHeaders(false), ...IDENTITY_HEADERS }).flat()
    const server = createServer((_request, response) => {
      response.writeHead(204, answer)
      response.end()
    })
    const { url, close } = await listenOnFreePort(server)
    const headers = { cookie: `latchkey_session=${'x'.repeat(66)}`, 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/private/page' }
    return { guarded: { method: 'GET', url: `${url}/access/verify`, headers, status: 204 }, close }
  },
}
