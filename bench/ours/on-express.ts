// Latchkey in front of a route of Express.

import { createServer } from 'node:http'
import express from 'express'
import { toNodeGuard } from '../../src/adapters/node.ts'
import { listening } from '../listening.ts'
import type { SubjectModule } from '../subject.ts'
import { embed } from './embedded.ts'

export const subject: SubjectModule = {
  name: 'Latchkey on Express',
  packages: ['express'],
  async prepare() {
    const embedded = await embed()
    const guard = toNodeGuard(embedded)
    const app = express()
    app.get('/me', async (request, response) => {
      const found = guard(request)
      const { ok } = found instanceof Promise ? await found : found
      if (ok) response.json({ user: 'Alice' })
      else response.status(401).json({})
    })
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
