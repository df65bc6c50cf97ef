// Latchkey in front of a route of Fastify.

import fastify from 'fastify'
import { toNodeGuard } from '../../src/adapters/node.ts'
import type { SubjectModule } from '../subject.ts'
import { embed } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey on Fastify',
  packages: ['fastify'],
  async prepare() {
    const embedded = await embed()
    const guard = toNodeGuard(embedded)
    const app = fastify()
    app.get('/me', async (request, reply) => {
      const found = guard(request.raw)
      const { ok } = found instanceof Promise ? await found : found
      return ok ? { user: 'Alice' } : reply.code(401).send({})
    })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const headers = { cookie: `latchkey_session=${embedded.session}` }
    return {
      guarded: { method: 'GET', url: `${url}/me`, headers, status: 200 },
      async close() {
        await app.close()
        await embedded.close()
      },
    }
  },
}
