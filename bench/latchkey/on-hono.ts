// Latchkey guarding a route of Hono, on the Node server of Hono.

import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { createHonoAdapter } from '../../src/adapters/hono.ts'
import type { SubjectModule } from '../subject.ts'
import { startEmbedded } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey on Hono',
  packages: ['hono', '@hono/node-server'],
  async prepare() {
    const embedded = await startEmbedded()
    const { guard } = createHonoAdapter(embedded)
    const app = new Hono().get('/me', guard(), (context) => context.json({ user: 'Alice' }))
    const { server, port } = await new Promise<{ server: ServerType; port: number }>((resolve) => {
      const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info) => resolve({ server: started, port: info.port }))
    })
    const headers = { cookie: `latchkey_session=${embedded.session}` }
    return {
      guarded: { method: 'GET', url: `http://127.0.0.1:${port}/me`, headers, status: 200 },
      async close() {
        if ('closeAllConnections' in server) server.closeAllConnections()
        server.close()
        await embedded.close()
      },
    }
  },
}
