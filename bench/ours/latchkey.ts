// Latchkey in a host's own server, on SQLite, with one user who is signed in.

import { createServer } from 'node:http'
import { toNode } from '../../src/adapters/node.ts'
import { listening } from '../listening.ts'
import type { SubjectModule } from '../subject.ts'
import { checking } from './checks.ts'
import { embed } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey',
  packages: [],
  async prepare() {
    const embedded = await embed()
    const { guard, session, token } = embedded
    const body = JSON.stringify({ user: 'Alice' })
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const server = createServer(toNode(embedded).guard((_request, response) => response.writeHead(200, headers).end(body)))
    const { url, close } = await listening(server)
    return {
      guarded: { method: 'GET', url: `${url}/me`, headers: { cookie: `latchkey_session=${session}` }, status: 200 },
      checkSession: checking(guard, 'cookie', `latchkey_session=${session}`),
      checkToken: checking(guard, 'authorization', `Bearer ${token}`),
      async close() {
        await close()
        await embedded.close()
      },
    }
  },
}
