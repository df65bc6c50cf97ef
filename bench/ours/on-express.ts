// Latchkey in front of a route of Express.

import { createServer } from 'node:http'
import express from 'express'
import { toExpress } from '../../src/adapters/express.ts'
import { listening } from '../listening.ts'
import type { SubjectModule } from '../subject.ts'
import { embed } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey on Express',
  packages: ['express'],
  async prepare() {
    const embedded = await embed()
    const { guard } = toExpress(embedded)
    const app = express()
    app.get('/me', guard(), (_request, response) => void response.json({ user: 'Alice' }))
    const { url, close } = await listening(createServer(app))
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
