// Passport with its local strategy, on express-session with the memory store. Its documentation names no hash, so it uses ours.

import { createServer } from 'node:http'
import { hash, verify } from '@node-rs/argon2'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import { Strategy } from 'passport-local'
import { listenOnFreePort } from '../listen.ts'
import { signInCookies } from '../sign-in-cookies.ts'
import type { SubjectModule } from '../subject.ts'

const PASSWORD = 'a long password for the benchmark'

interface User {
  readonly id: string
  readonly name: string
  readonly hash: string
}

export const subject: SubjectModule = {
  name: 'Passport (local, express-session)',
  packages: ['express', 'express-session', 'passport', 'passport-local'],
  async prepare() {
    const alice: User = { id: '1', name: 'Alice', hash: await hash(PASSWORD, { memoryCost: 19_456, timeCost: 2, parallelism: 1 }) }
    const users = new Map([[alice.id, alice]])
    const byName = new Map([[alice.name, alice]])
    passport.use(
      new Strategy((name, password, done) => {
        const user = byName.get(name)
        if (user === undefined) return done(null, false)
        verify(user.hash, password).then((isRight) => done(null, isRight ? user : false), done)
      }),
    )
    passport.serializeUser((user, done) => done(null, (user as User).id))
    passport.deserializeUser((id, done) => done(null, users.get(id as string) ?? false))
    const app = express()
    app.use(express.json())
    app.use(session({ secret: 'keyboard cat and some more', resave: false, saveUninitialized: false }))
    app.use(passport.authenticate('session'))
    app.post('/sign-in', passport.authenticate('local'), (_request, response) => void response.json({}))
    app.get('/me', (request, response) => {
      if (request.isAuthenticated()) response.json({ user: (request.user as User).name })
      else response.status(401).json({})
    })
    const { url, close } = await listenOnFreePort(createServer(app))
    const signIn = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ username: 'Alice', password: PASSWORD }) }
    const cookie = await signInCookies(`${url}/sign-in`, { method: 'POST', ...signIn })
    return {
      guarded: { method: 'GET', url: `${url}/me`, headers: { cookie }, status: 200 },
      signIn: { method: 'POST', url: `${url}/sign-in`, status: 200, ...signIn },
      close,
    }
  },
}
