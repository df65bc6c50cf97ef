// express-session with connect-redis, on a temporary Redis.

import { createServer } from 'node:http'
import { RedisStore } from 'connect-redis'
import session from 'express-session'
import { createClient } from 'redis'
import { listenOnFreePort } from '../listen.ts'
import { startRedis } from '../redis.ts'
import { signInCookies } from '../sign-in-cookies.ts'
import type { SubjectModule } from '../subject.ts'
import { applicationWith } from './express-session.ts'

export const subject: SubjectModule = {
  name: 'express-session (connect-redis)',
  packages: ['express', 'express-session', 'connect-redis', 'redis'],
  async prepare() {
    const redis = await startRedis()
    const client = createClient({ url: redis.url })
    await client.connect()
    const store = new RedisStore({ client, prefix: 'myapp:' })
    const sessions = session({ store, resave: false, saveUninitialized: false, secret: 'keyboard cat and some more' })
    const { url, close } = await listenOnFreePort(createServer(applicationWith(sessions)))
    const cookie = await signInCookies(`${url}/sign-in`)
    return {
      guarded: { method: 'GET', url: `${url}/me`, headers: { cookie }, status: 200 },
      async close() {
        await close()
        client.destroy()
        await redis.close()
      },
    }
  },
}
