// @fastify/session with its memory store.

import cookies from '@fastify/cookie'
import sessions from '@fastify/session'
import fastify from 'fastify'
import { cookiesAfter } from '../signed-in.ts'
import type { SubjectModule } from '../subject.ts'

declare module 'fastify' {
  interface Session {
    user?: string
  }
}

export const subject: SubjectModule = {
  name: '@fastify/session (memory)',
  packages: ['fastify', '@fastify/cookie', '@fastify/session'],
  async prepare() {
    const app = fastify()
    await app.register(cookies)
    await app.register(sessions, { secret: 'a secret with minimum length of 32 characters', cookie: { secure: false } })
    app.get('/sign-in', async (request) => {
      request.session.user = 'Alice'
      return {}
    })
    app.get('/me', async (request, reply) =>
      request.session.user === undefined ? reply.code(401).send({}) : { user: request.session.user },
    )
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const cookie = await cookiesAfter(`${url}/sign-in`)
    return { guarded: { method: 'GET', url: `${url}/me`, headers: { cookie }, status: 200 }, close: () => app.close() }
  },
}
