// Migration from express-session and Passport to Latchkey: users stay signed in.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import express, { type Express } from 'express'
import expressSession, { MemoryStore } from 'express-session'
import passport from 'passport'
import { Strategy } from 'passport-local'
import { createExpressAdapter } from '../../src/adapters/express.ts'
import { type ExpressSessionMigrationOptions, migrateExpressSession } from '../../src/adapters/express-session.ts'
import { createLatchkey, type Latchkey } from '../../src/index.ts'
import { request } from '../support/test-client.ts'

const PASSWORD = 'nine-quiet-otters-upstream'
const IN_AN_HOUR = () => new Date(Date.now() + 3_600_000)

const closing: (() => unknown)[] = []
after(async () => {
  for (const close of closing.reverse()) await close()
})

async function serving(app: Express): Promise<string> {
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

passport.use(new Strategy((username, password, done) => done(null, password === PASSWORD ? { username } : false)))
passport.serializeUser((user, done) => done(null, (user as { username: string }).username))
passport.deserializeUser((username: string, done) => done(null, { username }))

/** The middleware of both applications: the old sessions. */
function withOldSessions(store: MemoryStore, maxAge?: number): Express {
  const app = express()
  app.use(
    expressSession({
      store,
      secret: 'the secret of the old application',
      resave: false,
      saveUninitialized: false,
      cookie: maxAge === undefined ? {} : { maxAge },
    }),
    passport.session(),
  )
  return app
}

async function oldApplication(store: MemoryStore, maxAge?: number): Promise<string> {
  const app = withOldSessions(store, maxAge)
  app.post('/login', express.json(), passport.authenticate('local'), (request, response) => {
    Object.assign(request.session, { cart: [1, 2, 3] })
    response.json({})
  })
  app.get('/me', (request, response) => void response.json((request.user as { username?: string } | undefined)?.username ?? null))
  return serving(app)
}

async function newApplication(
  store: MemoryStore,
  options: Partial<ExpressSessionMigrationOptions> = {},
  maxAge?: number,
  publicUrl?: string,
) {
  const settings = { databaseUrl: 'sqlite::memory:', secret: 'a-secret-of-this-test-alone-0123456789' }
  const latchkey = await createLatchkey({ ...settings, ...(publicUrl !== undefined && { publicUrl }) })
  closing.push(() => latchkey.close())
  for (const username of ['Mary', 'Ada']) await latchkey.users.add({ username, password: PASSWORD })
  const { middleware, guard } = createExpressAdapter(latchkey)
  const app = withOldSessions(store, maxAge)
  app.use(
    migrateExpressSession(latchkey, {
      until: IN_AN_HOUR(),
      userOf: (request) => (request.user as { username?: string } | undefined)?.username,
      ...options,
    }),
  )
  app.use(middleware())
  app.get(
    '/me',
    guard(async (request, response) => response.json({ ...(await request.auth.session()), ...(await request.auth.data.read()) })),
  )
  app.get('/fresh', guard({ fresh: true }), (_request, response) => void response.json({}))
  app.post('/me', guard(), (_request, response) => void response.json({}))
  return { latchkey, url: await serving(app) }
}

async function signInTo(old: string, username: string): Promise<string> {
  const signedIn = await request(old, 'POST', '/login', { body: { username, password: PASSWORD } })
  equal(signedIn.status, 200)
  return signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

const ours = (cookies: readonly string[], suffix: string) => cookies.find((cookie) => cookie.startsWith(`latchkey_${suffix}=`)) ?? ''
const pair = (cookie: string) => cookie.split(';')[0] ?? ''

async function auditEventsOf(latchkey: Latchkey, cookie: string) {
  const result = await latchkey.authenticate(new Request('http://localhost/', { headers: { cookie } }))
  ok(result.ok)
  const listed = await latchkey.auditEvents(result.principal)
  ok('events' in listed)
  return listed.events.map(({ action }) => action)
}

test('over https the migrated sign-in offers a device binding', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store), 'Mary')
  const { url } = await newApplication(store, {}, undefined, 'https://app.example')
  const { headers } = await request(url, 'GET', '/me', { headers: { cookie: old } })
  match(headers.get('secure-session-registration') ?? '', /^\(ES256\);path="\/access\/device\/register";challenge="[\w-]+"$/)
})

test('a user signed in before the migration is signed in at the first request', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store), 'Mary')
  const { latchkey, url } = await newApplication(store, {
    dataOf: ({ session }) => ({ cart: (session as { cart?: number[] }).cart ?? [] }),
  })
  const first = await request(url, 'GET', '/me', { headers: { cookie: old } })
  deepEqual([first.status, first.json.username, first.json.data], [200, 'Mary', { cart: [1, 2, 3] }])
  equal(first.headers.get('cache-control'), 'no-store')
  const session = ours(first.headers.getSetCookie(), 'session')
  match(session, /; Path=\/; HttpOnly; SameSite=Lax$/)
  equal(ours(first.headers.getSetCookie(), 'remember'), '')

  const again = await request(url, 'GET', '/me', { headers: { cookie: `${old}; ${pair(session)}` } })
  deepEqual([again.status, again.json.id, ours(again.headers.getSetCookie(), 'session')], [200, first.json.id, ''])
  equal((await request(url, 'GET', '/me', { headers: { cookie: pair(session) } })).status, 200)
  deepEqual(await auditEventsOf(latchkey, pair(session)), ['login.external', 'account.register'])
})

test('a persistent old session becomes a remember-me login', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store, 86_400_000), 'Mary')
  const { url } = await newApplication(store, {}, 86_400_000)
  const first = await request(url, 'GET', '/me', { headers: { cookie: old } })
  const remembered = pair(ours(first.headers.getSetCookie(), 'remember'))
  match(remembered, /=./)
  const resumed = await request(url, 'POST', '/access/token', { headers: { cookie: remembered } })
  deepEqual([resumed.status, resumed.json.user.username], [200, 'Mary'])
})

test('a migrated sign-in is not fresh, and its cookie alone changes nothing', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store), 'Mary')
  const { url } = await newApplication(store)
  equal((await request(url, 'POST', '/me', { headers: { cookie: old } })).json.code, 'csrf.header_required')
  const other = await signInTo(await oldApplication(store), 'Ada')
  equal((await request(url, 'GET', '/fresh', { headers: { cookie: other } })).json.code, 'reauthentication.required')
})

test('concurrent requests share one session', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store), 'Mary')
  const { latchkey, url } = await newApplication(store)
  const replies = await Promise.all(Array.from({ length: 12 }, () => request(url, 'GET', '/me', { headers: { cookie: old } })))
  deepEqual([...new Set(replies.map(({ status, json }) => `${status} ${json.id}`))].length, 1)
  const [reply] = replies
  const events = await auditEventsOf(latchkey, pair(ours(reply?.headers.getSetCookie() ?? [], 'session')))
  deepEqual(events, ['login.external', 'account.register'])
})

test('after a sign-out the old cookie does not sign in again', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store), 'Mary')
  const { url } = await newApplication(store)
  const first = await request(url, 'GET', '/me', { headers: { cookie: old } })
  const session = pair(ours(first.headers.getSetCookie(), 'session'))
  const { token, user } = (await request(url, 'POST', '/access/token', { headers: { cookie: `${old}; ${session}` } })).json
  const left = await request(url, 'POST', `/access/logout/${user.id}`, { headers: { authorization: token, cookie: old } })
  equal(left.status, 200)
  for (const cookie of [old, `${old}; ${session}`]) equal((await request(url, 'GET', '/me', { headers: { cookie } })).status, 401, cookie)
})

test('a sign-in with Latchkey ends the old session', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store), 'Mary')
  const { url } = await newApplication(store)
  const body = { username: 'Ada', password: PASSWORD }
  const signedIn = await request(url, 'POST', '/access/login', { body, headers: { cookie: old } })
  deepEqual([signedIn.status, signedIn.json.user.username], [200, 'Ada'])
  const session = pair(ours(signedIn.headers.getSetCookie(), 'session'))
  equal((await request(url, 'GET', '/me', { headers: { cookie: `${old}; ${session}` } })).json.username, 'Ada')
  equal((await request(url, 'GET', '/me', { headers: { cookie: old } })).status, 401)
})

test('with a custom `forget` the rest of the old session stays', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store), 'Mary')
  const forget = ({ session }: express.Request) => void Reflect.deleteProperty(session, 'passport')
  const { url } = await newApplication(store, { forget })
  const first = await request(url, 'GET', '/me', { headers: { cookie: old } })
  const session = pair(ours(first.headers.getSetCookie(), 'session'))
  equal((await request(url, 'GET', '/me', { headers: { cookie: `${old}; ${session}` } })).status, 200)
  match(JSON.stringify(await new Promise((resolve) => store.all((_, all) => resolve(all)))), /"cart":\[1,2,3\]/)
  equal((await request(url, 'GET', '/me', { headers: { cookie: old } })).status, 401)
})

test('an old session is exchanged for one session only', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store), 'Mary')
  const { url } = await newApplication(store)
  equal((await request(url, 'GET', '/me', { headers: { cookie: old } })).status, 200)
  const [[id = '', text = ''] = []] = Object.entries((store as unknown as { sessions: Record<string, string> }).sessions)
  const session = JSON.parse(text)
  equal(typeof session.latchkeyAt, 'number')
  await new Promise((resolve) => store.set(id, { ...session, latchkeyAt: session.latchkeyAt - 11_000 }, resolve))
  const refused = await request(url, 'GET', '/me', { headers: { cookie: old } })
  deepEqual([refused.status, ours(refused.headers.getSetCookie(), 'session')], [401, ''])
})

test('from the date in `until` old sessions no longer count', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store), 'Mary')
  const { url } = await newApplication(store, { until: new Date(Date.now() - 1000) })
  equal((await request(url, 'GET', '/me', { headers: { cookie: old } })).status, 401)
})

test('an altered cookie, an unknown user, and no cookie start no session', async () => {
  const store = new MemoryStore()
  const before = await oldApplication(store)
  const [old, unknown] = [await signInTo(before, 'Mary'), await signInTo(before, 'Stranger')]
  const { latchkey, url } = await newApplication(store)
  const altered = old.slice(0, -3) + (old.endsWith('AAA') ? 'BBB' : 'AAA')
  for (const cookie of [altered, unknown, '']) {
    const refused = await request(url, 'GET', '/me', { headers: { cookie } })
    deepEqual([refused.status, refused.headers.getSetCookie().filter((set) => set.startsWith('latchkey'))], [401, []])
  }
  await latchkey.users.setDisabled('Mary', true)
  equal((await request(url, 'GET', '/me', { headers: { cookie: old } })).status, 401)
})

test('a header credential is evaluated on its own', async () => {
  const store = new MemoryStore()
  const old = await signInTo(await oldApplication(store), 'Mary')
  const { url } = await newApplication(store)
  const refused = await request(url, 'GET', '/me', { headers: { cookie: old, authorization: 'Bearer nonsense' } })
  deepEqual([refused.status, refused.json.code], [401, 'token.invalid'])
  notEqual(ours(refused.headers.getSetCookie(), 'session'), pair(old))
})
