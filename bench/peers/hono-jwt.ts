// hono/jwt with HS256, on the Node server of Hono.

import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import { jwt, sign, verify } from 'hono/jwt'
import { peerClaims } from '../peer-claims.ts'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

const SECRET = 'a secret with minimum length of 32 characters'

export const subject: SubjectModule = {
  name: 'hono/jwt (HS256)',
  packages: ['hono', '@hono/node-server'],
  async prepare() {
    const app = new Hono<{ Variables: { jwtPayload: { sub: string } } }>()
    app.use('/me', jwt({ secret: SECRET, alg: 'HS256' }))
    app.get('/me', (context) => context.json({ user: context.get('jwtPayload').sub }))
    const { server, port } = await new Promise<{ server: ServerType; port: number }>((resolve) => {
      const started = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 }, (info) => resolve({ server: started, port: info.port }))
    })
    const authorization = `Bearer ${await sign(peerClaims(), SECRET, 'HS256')}`
    const header = uniqueHeader(authorization)
    return {
      guarded: { method: 'GET', url: `http://127.0.0.1:${port}/me`, headers: { authorization }, status: 200 },
      checkToken: () => verify(header().slice(7), SECRET, 'HS256'),
      async close() {
        if ('closeAllConnections' in server) server.closeAllConnections()
        server.close()
      },
    }
  },
}
