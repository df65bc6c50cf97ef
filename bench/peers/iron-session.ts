// iron-session: the session is in an encrypted cookie, and cannot be revoked.

import { createServer } from 'node:http'
import { getIronSession, sealData } from 'iron-session'
import { listenOnFreePort } from '../listen.ts'
import type { SubjectModule } from '../subject.ts'
import { uniqueHeader } from '../unique-header.ts'

const OPTIONS = { password: 'a password of at least thirty-two characters', cookieName: 'session', cookieOptions: { secure: false } }

interface Data {
  user?: string
}

export const subject: SubjectModule = {
  name: 'iron-session',
  packages: ['iron-session'],
  async prepare() {
    const cookie = `session=${await sealData({ user: 'Alice' }, { password: OPTIONS.password })}`
    const header = uniqueHeader(cookie)
    const server = createServer(async (request, response) => {
      const { user } = await getIronSession<Data>(request, response, OPTIONS)
      if (user === undefined) response.writeHead(401).end()
      else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ user }))
    })
    const { url, close } = await listenOnFreePort(server)
    const checkSession = async () => {
      const request = new Request('http://localhost:3000/me', { headers: { cookie: header() } })
      return (await getIronSession<Data>(request, new Response(), OPTIONS)).user
    }
    return { guarded: { method: 'GET', url: `${url}/me`, headers: { cookie }, status: 200 }, checkSession, close }
  },
}
