// One table of scenarios, over real HTTP, against Latchkey in every framework.

import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { MINUTE } from '../../src/domain/time.ts'
import { createLatchkey, type Latchkey } from '../../src/index.ts'
import { makeDpopKey, makeDpopProof } from '../support/dpop-proofs.ts'
import { fakeClock } from '../support/in-process.ts'
import { PASSWORD, request, TestClient } from '../support/test-client.ts'
import { GUARDED, HOSTS, type Host } from './hosts.ts'

interface Stage {
  readonly latchkey: Latchkey
  readonly host: Host
  readonly clock: ReturnType<typeof fakeClock>
  /** The paths of handlers that were reached since the scenario began. */
  readonly reached: string[]
  /** Somebody who has just signed in, in this host. */
  readonly someone: () => Promise<TestClient>
  readonly ask: (method: string, path: string, headers?: Readonly<Record<string, string>>, body?: unknown) => ReturnType<typeof request>
}

const byCookie = (visitor: TestClient) => ({ cookie: visitor.cookieHeader })
const byToken = (visitor: TestClient) => ({ authorization: `Bearer ${visitor.token}` })

const SCENARIOS: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'nobody is let in, but where it is optional or open': async ({ ask, reached }) => {
    for (const path of Object.keys(GUARDED).filter((path) => path !== '/maybe')) {
      const refused = await ask('GET', path)
      deepEqual([refused.status, refused.json.code, refused.json.reason], [401, 'session.required', 'none'], path)
      match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/)
      equal(refused.headers.get('cache-control'), 'no-store')
      match(refused.headers.get('www-authenticate') ?? '', /^Bearer/)
    }
    for (const method of ['POST', 'PUT', 'DELETE']) equal((await ask(method, '/me')).status === 200, false, method)
    equal((await ask('GET', '/maybe')).text, 'null')
    deepEqual((await ask('GET', '/open')).json, { auth: null })
    deepEqual(reached, ['/maybe'])
  },

  'a cookie reads, and says who it is': async ({ ask, someone }) => {
    const visitor = await someone()
    const read = await ask('GET', '/me', byCookie(visitor))
    deepEqual([read.status, read.json.userId, read.json.sid, read.json.via], [200, visitor.userId, visitor.sid, 'cookie'])
    deepEqual([read.json.roles, read.json.amr], [[], ['pwd']])
    equal(read.headers.get('cache-control'), 'no-store')
    equal((await ask('HEAD', '/me', byCookie(visitor))).status, 200)
  },

  'a cookie alone changes nothing': async ({ ask, someone, reached }) => {
    const visitor = await someone()
    const refused = await ask('POST', '/me', byCookie(visitor), {})
    deepEqual([refused.status, refused.json.code], [403, 'csrf.header_required'])
    equal((await ask('POST', '/me', { ...byCookie(visitor), origin: 'https://evil.example' }, {})).status, 403)
    deepEqual(reached, [])
  },

  'a header changes, with a token or a session': async ({ ask, someone, reached }) => {
    const visitor = await someone()
    for (const authorization of [`Bearer ${visitor.token}`, visitor.token, `Session ${visitor.cookie('session')}`]) {
      const done = await ask('POST', '/me', { authorization }, {})
      deepEqual([done.status, done.json.userId], [200, visitor.userId], authorization)
    }
    equal(reached.length, 3)
  },

  'where a header is asked for, a cookie does not even read': async ({ ask, someone }) => {
    const visitor = await someone()
    const refused = await ask('GET', '/header', byCookie(visitor))
    deepEqual([refused.status, refused.json.code], [403, 'csrf.header_required'])
    equal((await ask('GET', '/header', byToken(visitor))).status, 200)
  },

  'where a key is asked for, a token that is bound to one needs its proof, and each proof counts once': async ({
    ask,
    someone,
    clock,
    reached,
  }) => {
    const visitor = await someone()
    const key = makeDpopKey()
    const proofFor = (method: string, path: string, token?: string) =>
      makeDpopProof(key, { method, url: `http://localhost:3000${path}`, now: clock.now(), ...(token === undefined ? {} : { token }) })
    const { token } = (await ask('POST', '/access/token', { ...byCookie(visitor), dpop: proofFor('POST', '/access/token') })).json
    const authorization = `DPoP ${token}`
    equal((await ask('GET', '/key', { authorization })).json.code, 'proof.required')
    equal((await ask('GET', '/key', { authorization, dpop: proofFor('GET', '/me', token) })).json.reason, 'url')
    deepEqual(reached, [])
    const dpop = proofFor('GET', '/key', token)
    equal((await ask('GET', '/key?page=2', { authorization, dpop })).status, 200)
    equal((await ask('GET', '/key', { authorization, dpop })).json.reason, 'replayed')
    equal((await ask('GET', '/me', { authorization })).status, 200)
    equal((await ask('GET', '/key', byToken(visitor))).status, 200, 'one that is bound to no key')
    equal((await ask('GET', '/key', byCookie(visitor))).json.code, 'csrf.header_required')
  },

  'a bad header never falls back to a good cookie, not even where it is optional': async ({ ask, someone, reached }) => {
    const visitor = await someone()
    for (const path of ['/me', '/maybe', '/page'])
      for (const authorization of ['Bearer nonsense', 'Token eDp5', `Bearer ${visitor.token.slice(0, -2)}xx`]) {
        const refused = await ask('GET', path, { ...byCookie(visitor), authorization })
        deepEqual([refused.status, refused.json.code], [401, 'token.invalid'], `${path} ${authorization}`)
      }
    deepEqual(reached, [])
  },

  'a fresh sign-in is asked for where it matters': async ({ ask, someone, clock }) => {
    const visitor = await someone()
    equal((await ask('GET', '/fresh', byToken(visitor))).status, 200)
    clock.advance(6 * MINUTE)
    const renewed = await ask('POST', '/access/token', byCookie(visitor))
    const token = { authorization: renewed.json.token as string }
    equal((await ask('GET', '/me', token)).status, 200)
    for (const path of ['/fresh', '/usually-fresh'])
      for (const headers of [token, byCookie(visitor)]) {
        const refused = await ask('GET', path, headers)
        deepEqual([refused.status, refused.json.code], [401, 'reauthentication.required'], path)
      }
  },

  'a role is asked for where it matters, and taking it away bites': async ({ ask, someone, latchkey }) => {
    const visitor = await someone()
    const refused = await ask('GET', '/admin', byCookie(visitor))
    deepEqual([refused.status, refused.json.code], [403, 'role.required'])
    await latchkey.users.setRoles(visitor.userId, ['admin'])
    equal((await ask('GET', '/admin', byCookie(visitor))).status, 200)
    await latchkey.users.setRoles(visitor.userId, [])
    equal((await ask('GET', '/admin', byCookie(visitor))).status, 403)
  },

  'an optional route knows who comes, and takes nobody for somebody': async ({ ask, someone, clock }) => {
    const visitor = await someone()
    equal((await ask('GET', '/maybe', byCookie(visitor))).json.userId, visitor.userId)
    equal((await ask('GET', '/maybe', { cookie: 'latchkey_session=nonsense' })).text, 'null')
    clock.advance(30 * MINUTE)
    equal((await ask('GET', '/maybe', byCookie(visitor))).text, 'null')
  },

  'people are sent to sign in, and back; programs are told': async ({ ask, someone }) => {
    const html = { accept: 'text/html,application/xhtml+xml' }
    const sent = await ask('GET', '/page?tab=2', html)
    deepEqual([sent.status, sent.headers.get('location')], [303, '/sign-in?return=%2Fpage%3Ftab%3D2'])
    equal(sent.headers.get('cache-control'), 'no-store')
    const page = await ask('GET', '/sign-in?return=%2Fpage%3Ftab%3D2', html)
    equal(page.status, 200)
    match(page.text, /name="password"/)
    equal((await ask('GET', '/page', { accept: 'application/json' })).status, 401)
    equal((await ask('GET', '/page', { ...html, ...byCookie(await someone()) })).status, 200)
  },

  'a sign-out is effective at once, for every credential': async ({ ask, someone, reached }) => {
    const visitor = await someone()
    for (const headers of [byCookie(visitor), byToken(visitor)]) equal((await ask('GET', '/me', headers)).status, 200)
    equal((await ask('POST', `/access/logout/${visitor.userId}`, byToken(visitor))).status, 200)
    reached.length = 0
    for (const headers of [byToken(visitor), { cookie: `latchkey_session=${visitor.cookie('session')}` }])
      equal((await ask('GET', '/me', headers)).status, 401)
    deepEqual(reached, [])
  },

  'an idle session is over': async ({ ask, someone, clock }) => {
    const visitor = await someone()
    equal((await ask('GET', '/me', byCookie(visitor))).status, 200)
    clock.advance(21 * MINUTE)
    const refused = await ask('GET', '/me', byCookie(visitor))
    deepEqual([refused.status, refused.json.reason], [401, 'idle'])
  },

  'of duplicate cookies the genuine one counts, two genuine ones count for nothing, and the answer of the host sets none': async ({
    ask,
    someone,
  }) => {
    const [visitor, other] = [await someone(), await someone()]
    const session = `latchkey_session=${visitor.cookie('session')}`
    for (const cookie of [`latchkey_session=made.up; ${session}`, `${session}; latchkey_session=`, `${session}; ${session}`]) {
      const answer = await ask('GET', '/me', { cookie })
      deepEqual([answer.status, answer.headers.getSetCookie()], [200, []])
      equal((await ask('POST', '/me', { cookie })).status, 403)
    }
    const unclear = await ask('GET', '/me', { cookie: `${session}; latchkey_session=${other.cookie('session')}` })
    deepEqual([unclear.status, unclear.json.reason], [401, 'none'])
  },

  "a proxy's own password in Authorization is no credential: the cookie counts, and changes nothing": async ({ ask, someone }) => {
    const cookie = `latchkey_session=${(await someone()).cookie('session')}`
    for (const authorization of ['Basic YTpi', 'Digest username="a", realm="b"', 'negotiate YII=', 'NTLM TlRM']) {
      equal((await ask('GET', '/me', { cookie, authorization })).status, 200, authorization)
      const refused = await ask('POST', '/me', { cookie, authorization })
      deepEqual([refused.status, refused.json.code], [403, 'csrf.header_required'])
    }
    equal((await ask('GET', '/me', { cookie, authorization: 'Token abc' })).status, 401)
  },

  "the session's data is patched, and refusals come out as what they are": async ({ ask, someone }) => {
    const visitor = await someone()
    const patched = await ask('POST', '/data', { ...byToken(visitor), 'content-type': 'application/json' }, { theme: 'dark' })
    deepEqual(patched.json, { data: { theme: 'dark' }, version: 2 })
    const large = await ask('POST', '/data', { ...byToken(visitor), 'content-type': 'application/json' }, { text: 'x'.repeat(17_000) })
    equal(large.status, 413)
    deepEqual((await ask('GET', '/access/session/data', byCookie(visitor))).json, { data: { theme: 'dark' }, version: 2 })
  },

  'an operation is recorded, with the address and the browser': async ({ ask, someone }) => {
    const visitor = await someone()
    const headers = { ...byToken(visitor), 'content-type': 'application/json', 'user-agent': 'Scenario/1' }
    const recorded = await ask('POST', '/record', headers, { action: 'order.placed' })
    equal(recorded.json.username, visitor.username)
    equal((await ask('POST', '/record', headers, { action: 'login.password' })).status, 422)
    const { events } = (await ask('GET', '/access/audit-events', byCookie(visitor))).json
    const { action, detail, userAgent, ip } = events[0]
    deepEqual([action, detail, userAgent, ip], ['order.placed', { number: 7 }, 'Scenario/1', '127.0.0.1'])
  },

  'a handler that throws leaves the next request as guarded as before': async ({ ask, someone }) => {
    const visitor = await someone()
    const broken = await ask('GET', '/throws', byCookie(visitor))
    equal(broken.status, 500)
    equal((await ask('GET', '/throws')).status, 401)
    equal((await ask('GET', '/me')).status, 401)
  },

  'a handler may say how long its answer keeps': async ({ ask, someone }) => {
    equal((await ask('GET', '/cached', byCookie(await someone()))).headers.get('cache-control'), 'private, max-age=60')
  },

  "what is Latchkey's is answered by it, and nothing else": async ({ ask }) => {
    equal((await ask('GET', '/.well-known/jwks.json')).status, 200)
    for (const path of ['/access/nothing', '/access/'] as const) equal((await ask('GET', path)).json.code, 'resource.not_found', path)
    equal((await ask('PUT', '/access/session')).status, 405)
    for (const path of ['/', '/nothing', '/docs', '/livez', '/metrics', '/openapi.json', '/accessible', '/sign-in-now'])
      deepEqual([(await ask('GET', path)).status, (await ask('GET', path)).text], [404, 'of the host'], path)
  },

  'a foreign origin is told nothing': async ({ ask }) => {
    const foreign = { origin: 'https://evil.example', 'content-type': 'application/json' }
    const refused = await ask('POST', '/access/login', foreign, { username: 'x', password: PASSWORD })
    deepEqual([refused.status, refused.json.code], [403, 'origin.denied'])
    equal(refused.headers.get('access-control-allow-origin'), null)
  },

  'large and broken bodies are refused by rule': async ({ ask }) => {
    const large = await ask('POST', '/access/login', {}, { username: 'x', password: 'x'.repeat(70_000) })
    equal(large.status, 413)
    equal((await ask('POST', '/access/login', { 'content-type': 'text/plain' }, 'x')).status, 415)
  },
}

for (const [name, start] of Object.entries(HOSTS))
  describe(name, () => {
    const reached: string[] = []
    const clock = fakeClock()
    let latchkey: Latchkey
    let host: Host
    before(async () => {
      const settings = {
        databaseUrl: 'sqlite::memory:',
        secret: 'a-secret-of-this-test-alone-0123456789',
        loginLimit: '1000/5m,10000/5m',
        registrationLimit: '1000/1h',
      }
      latchkey = await createLatchkey(settings, { clock })
      host = await start(latchkey, { paths: reached })
    })
    after(async () => {
      await host.close()
      await latchkey.close()
    })

    let count = 0
    async function someone(): Promise<TestClient> {
      count += 1
      const visitor = new TestClient(host.url)
      await visitor.register(`Somebody-${count}`)
      return visitor
    }

    for (const [what, play] of Object.entries(SCENARIOS))
      test(what, async () => {
        reached.length = 0
        const ask: Stage['ask'] = (method, path, headers = {}, body = undefined) => request(host.url, method, path, { headers, body })
        await play({ latchkey, host, clock, reached, someone, ask })
      })
  })
