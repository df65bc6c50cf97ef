// A bare route of Hono, on the Node server of Hono.

import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'bare Hono',
  packages: ['hono', '@hono/node-server'],
  async prepare() {
    const app = new Hono().get('/me', (context) => context.json({ user: 'Alice' }))
    const { server, port } = await new Promise<{ server: ServerType; port: number }>((resolve) => {
      const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info) => resolve({ server: started, port: info.port }))
    })
    const headers = { cookie: `latchkey_session=${'x'.repeat(66)}` }
    return {
      guarded: { method: 'GET', url: `http://127.0.0.1:${port}/me`, headers, status: 200 },
      async close() {
        if ('closeAllConnections' in server) server.closeAllConnections()
        server.close()
      },
    }
  },
}
