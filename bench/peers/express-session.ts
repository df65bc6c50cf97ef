// express-session with its memory store, behind Express.

import { createServer, IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import express, { type Request, type Response } from 'express'
import session from 'express-session'
import { listenOnFreePort } from '../listen.ts'
import { signInCookies } from '../sign-in-cookies.ts'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

declare module 'express-session' {
  interface SessionData {
    user: string
  }
}

/** An application whose guarded route reads the session, and whose `/sign-in` starts one. */
export function applicationWith(sessions: express.RequestHandler): express.Express {
  const app = express()
  app.use(sessions)
  app.get('/sign-in', (request, response) => {
    request.session.user = 'Alice'
    response.json({})
  })
  app.get('/me', (request, response) => {
    if (request.session.user === undefined) response.status(401).json({})
    else response.json({ user: request.session.user })
  })
  return app
}

export const subject: SubjectModule = {
  name: 'express-session (memory)',
  packages: ['express', 'express-session'],
  async prepare() {
    const store = new session.MemoryStore()
    const sessions = session({ secret: 'keyboard cat and some more', resave: false, saveUninitialized: false, store })
    const { url, close } = await listenOnFreePort(createServer(applicationWith(sessions)))
    const cookie = await signInCookies(`${url}/sign-in`)
    const header = uniqueHeader(cookie)
    // Create the connection once, since it serves many requests.
    const connection = new Socket()
    const checkSession = () =>
      new Promise((resolve, reject) => {
        const request = Object.assign(new IncomingMessage(connection), {
          url: '/me',
          originalUrl: '/me',
          headers: { cookie: header() },
        }) as Request
        const response = new ServerResponse(request) as Response
        sessions(request, response, (error) => (error ? reject(error) : resolve(request.session.user)))
      })
    return {
      guarded: { method: 'GET', url: `${url}/me`, headers: { cookie }, status: 200 },
      checkSession,
      createSessions: async (count) => {
        const kept = { cookie: { originalMaxAge: null, httpOnly: true, path: '/' }, user: 'Alice' } as unknown as session.SessionData
        for (let index = 0; index < count; index += 1) store.set(`${index}-${'x'.repeat(26)}`, kept)
      },
      close,
    }
  },
}
