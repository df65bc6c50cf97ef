// Latchkey embedded in a node:http server, on SQLite, with one signed-in user.

import { createServer } from 'node:http'
import { createNodeAdapter } from '../../src/adapters/node.ts'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'
import { createCheck } from './create-check.ts'
import { startEmbedded } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey',
  packages: [],
  async prepare() {
    const embedded = await startEmbedded()
    const { guard, session, token } = embedded
    const body = JSON.stringify({ user: 'Alice' })
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const server = createServer(createNodeAdapter(embedded).guard((_request, response) => response.writeHead(200, headers).end(body)))
    const { url, close } = await listenOnFreePort(server)
    return {
      guarded: { method: 'GET', url: `${url}/me`, headers: { cookie: `latchkey_session=${session}` }, status: 200 },
      checkSession: createCheck(guard, 'cookie', `latchkey_session=${session}`),
      checkToken: createCheck(guard, 'authorization', `Bearer ${token}`),
      async close() {
        await close()
        await embedded.close()
      },
    }
  },
}
