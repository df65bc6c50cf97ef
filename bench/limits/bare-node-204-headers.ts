// The limit of forward authentication with the headers that every answer of Latchkey carries: node:http, and nothing else.

import { createServer } from 'node:http'
import { securityHeaders } from '../../src/http/headers.ts'
import { listening } from '../listening.ts'
import type { SubjectModule } from '../subject.ts'

const WHO = {
  'x-request-id': 'abcdefghij-1234',
  'remote-user': 'Alice',
  'remote-user-id': `usr_${'x'.repeat(22)}`,
  'remote-session': 'x'.repeat(22),
}

export const subject: SubjectModule = {
  name: 'bare node:http, 204 with our headers',
  packages: [],
  async prepare() {
    const answer = Object.entries({ ...securityHeaders(false), ...WHO }).flat()
    const server = createServer((_request, response) => {
      response.writeHead(204, answer)
      response.end()
    })
    const { url, close } = await listening(server)
    const headers = { cookie: `latchkey_session=${'x'.repeat(66)}`, 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/private/page' }
    return { guarded: { method: 'GET', url: `${url}/access/verify`, headers, status: 204 }, close }
  },
}
