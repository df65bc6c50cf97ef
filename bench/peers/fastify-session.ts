// @fastify/session with its memory store.

import cookies from '@fastify/cookie'
import sessions from '@fastify/session'
import fastify, { type FastifyRequest } from 'fastify'
import { signInCookies } from '../sign-in-cookies.ts'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

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
    const cookie = await signInCookies(`${url}/sign-in`)
    const header = uniqueHeader(cookie)
    // The function of the package, for a check without a Fastify request.
    const checkSession = () =>
      new Promise((resolve, reject) => {
        const request = {} as FastifyRequest
        app.decryptSession(app.parseCookie(header()).sessionId ?? '', request, (error?: unknown) =>
          error ? reject(error) : resolve(request.session.user),
        )
      })
    return { guarded: { method: 'GET', url: `${url}/me`, headers: { cookie }, status: 200 }, checkSession, close: () => app.close() }
  },
}
