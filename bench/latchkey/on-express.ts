// Latchkey guarding a route of Express.

import { createServer } from 'node:http'
import express from 'express'
import { createExpressAdapter } from '../../src/adapters/express.ts'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'
import { startEmbedded } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey on Express',
  packages: ['express'],
  async prepare() {
    const embedded = await startEmbedded()
    const { guard } = createExpressAdapter(embedded)
    const app = express()
    app.get('/me', guard(), (_request, response) => void response.json({ user: 'Alice' }))
    const { url, close } = await listenOnFreePort(createServer(app))
    const headers = { cookie: `latchkey_session=${embedded.session}` }
    return {
      guarded: { method: 'GET', url: `${url}/me`, headers, status: 200 },
      async close() {
        await close()
        await embedded.close()
      },
    }
  },
}
