// @fastify/secure-session: the session is in an encrypted cookie, and cannot be revoked.

import { randomBytes } from 'node:crypto'
import sessions from '@fastify/secure-session'
import fastify from 'fastify'
import { signInCookies } from '../sign-in-cookies.ts'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

declare module '@fastify/secure-session' {
  interface SessionData {
    user: string
  }
}

export const subject: SubjectModule = {
  name: '@fastify/secure-session',
  packages: ['fastify', '@fastify/secure-session'],
  async prepare() {
    const app = fastify()
    await app.register(sessions, { key: randomBytes(32), cookie: { path: '/' } })
    app.get('/sign-in', async (request) => {
      request.session.set('user', 'Alice')
      return {}
    })
    app.get('/me', async (request, reply) => {
      const user = request.session.get('user')
      return user === undefined ? reply.code(401).send({}) : { user }
    })
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const cookie = await signInCookies(`${url}/sign-in`)
    const header = uniqueHeader(cookie)
    return {
      guarded: { method: 'GET', url: `${url}/me`, headers: { cookie }, status: 200 },
      checkSession: () => app.decodeSecureSession(app.parseCookie(header()).session ?? '')?.get('user'),
      close: () => app.close(),
    }
  },
}
