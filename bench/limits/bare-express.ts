// A bare route of Express.

import { createServer } from 'node:http'
import express from 'express'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'

export const subject: SubjectModule = {
  name: 'bare Express',
  packages: ['express'],
  async prepare() {
    const app = express()
    app.get('/me', (_request, response) => void response.json({ user: 'Alice' }))
    const { url, close } = await listenOnFreePort(createServer(app))
    return { guarded: { method: 'GET', url: `${url}/me`, headers: { cookie: `latchkey_session=${'x'.repeat(66)}` }, status: 200 }, close }
  },
}
