// The limit of a session over HTTP: node:http, the package `cookie`, SHA-256 and a Map.

import { hash } from 'node:crypto'
import { createServer } from 'node:http'
import { parseCookie } from 'cookie'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'limit: node:http, parse, SHA-256, Map',
  packages: [],
  async prepare() {
    const value = 'x'.repeat(66)
    const known = new Map([[hash('sha256', value, 'base64url'), { user: 'Alice' }]])
    const server = createServer((request, response) => {
      const found = known.get(hash('sha256', parseCookie(request.headers.cookie ?? '').latchkey_session ?? '', 'base64url'))
      if (found === undefined) {
        response.writeHead(401).end()
        return
      }
      const body = JSON.stringify(found)
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body)
    })
    const { url, close } = await listenOnFreePort(server)
    return { guarded: { method: 'GET', url: `${url}/me`, headers: { cookie: `latchkey_session=${value}` }, status: 200 }, close }
  },
}
