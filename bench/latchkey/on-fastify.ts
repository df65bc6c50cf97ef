// Latchkey guarding a route of Fastify.

import fastify from 'fastify'
import { createFastifyAdapter } from '../../src/adapters/fastify.ts'
import type { SubjectModule } from '../subject.ts'
import { startEmbedded } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey on Fastify',
  packages: ['fastify'],
  async prepare() {
    const embedded = await startEmbedded()
    const { guard } = createFastifyAdapter(embedded)
    const app = fastify()
    app.get('/me', { onRequest: guard() }, async () => ({ user: 'Alice' }))
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
