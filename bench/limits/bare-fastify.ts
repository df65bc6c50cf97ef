// A bare route of Fastify.

import fastify from 'fastify'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'bare Fastify',
  packages: ['fastify'],
  async prepare() {
    const app = fastify()
    app.get('/me', async () => ({ user: 'Alice' }))
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const headers = { cookie: `latchkey_session=${'x'.repeat(66)}` }
    return { guarded: { method: 'GET', url: `${url}/me`, headers, status: 200 }, close: () => app.close() }
  },
}
