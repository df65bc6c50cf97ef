// One table of scenarios, over real HTTP, for Latchkey in every framework.

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
  /** The paths of handlers that ran since the scenario began. */
  readonly reached: string[]
  /** Registers a new user in this host. */
  readonly newUser: () => Promise<TestClient>
  readonly ask: (method: string, path: string, headers?: Readonly<Record<string, string>>, body?: unknown) => ReturnType<typeof request>
}

const byCookie = (client: TestClient) => ({ cookie: client.cookieHeader })
const byToken = (client: TestClient) => ({ authorization: `Bearer ${client.token}` })

const SCENARIOS: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'refuses requests without a credential, except on optional and open routes': async ({ ask, reached }) => {
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

  'a cookie reads and identifies the user': async ({ ask, newUser }) => {
    const client = await newUser()
    const read = await ask('GET', '/me', byCookie(client))
    deepEqual([read.status, read.json.userId, read.json.sid, read.json.via], [200, client.userId, client.sid, 'cookie'])
    deepEqual([read.json.roles, read.json.amr], [[], ['pwd']])
    equal(read.headers.get('cache-control'), 'no-store')
    equal((await ask('HEAD', '/me', byCookie(client))).status, 200)
  },

  'a cookie alone changes nothing': async ({ ask, newUser, reached }) => {
    const client = await newUser()
    const refused = await ask('POST', '/me', byCookie(client), {})
    deepEqual([refused.status, refused.json.code], [403, 'csrf.header_required'])
    equal((await ask('POST', '/me', { ...byCookie(client), origin: 'https://evil.example' }, {})).status, 403)
    deepEqual(reached, [])
  },

  'a token or session in the header may change something': async ({ ask, newUser, reached }) => {
    const client = await newUser()
    for (const authorization of [`Bearer ${client.token}`, client.token, `Session ${client.cookie('session')}`]) {
      const changed = await ask('POST', '/me', { authorization }, {})
      deepEqual([changed.status, changed.json.userId], [200, client.userId], authorization)
    }
    equal(reached.length, 3)
  },

  'with auth header-only a cookie cannot even read': async ({ ask, newUser }) => {
    const client = await newUser()
    const refused = await ask('GET', '/header', byCookie(client))
    deepEqual([refused.status, refused.json.code], [403, 'csrf.header_required'])
    equal((await ask('GET', '/header', byToken(client))).status, 200)
  },

  'with auth dpop a bound token needs its proof, and each proof is accepted once': async ({ ask, newUser, clock, reached }) => {
    const client = await newUser()
    const key = makeDpopKey()
    const proofFor = (method: string, path: string, token?: string) =>
      makeDpopProof(key, { method, url: `http://localhost:3000${path}`, now: clock.now(), ...(token === undefined ? {} : { token }) })
    const { token } = (await ask('POST', '/access/token', { ...byCookie(client), dpop: proofFor('POST', '/access/token') })).json
    const authorization = `DPoP ${token}`
    equal((await ask('GET', '/key', { authorization })).json.code, 'proof.required')
    equal((await ask('GET', '/key', { authorization, dpop: proofFor('GET', '/me', token) })).json.reason, 'url')
    deepEqual(reached, [])
    const dpop = proofFor('GET', '/key', token)
    equal((await ask('GET', '/key?page=2', { authorization, dpop })).status, 200)
    equal((await ask('GET', '/key', { authorization, dpop })).json.reason, 'replayed')
    equal((await ask('GET', '/me', { authorization })).status, 200)
    equal((await ask('GET', '/key', byToken(client))).status, 200, 'an unbound token')
    equal((await ask('GET', '/key', byCookie(client))).json.code, 'csrf.header_required')
  },

  'an invalid header never falls back to a valid cookie, not even on optional routes': async ({ ask, newUser, reached }) => {
    const client = await newUser()
    for (const path of ['/me', '/maybe', '/page'])
      for (const authorization of ['Bearer nonsense', 'Token eDp5', `Bearer ${client.token.slice(0, -2)}xx`]) {
        const refused = await ask('GET', path, { ...byCookie(client), authorization })
        deepEqual([refused.status, refused.json.code], [401, 'token.invalid'], `${path} ${authorization}`)
      }
    deepEqual(reached, [])
  },

  'a route with fresh needs a fresh sign-in': async ({ ask, newUser, clock }) => {
    const client = await newUser()
    equal((await ask('GET', '/fresh', byToken(client))).status, 200)
    clock.advance(6 * MINUTE)
    const renewed = await ask('POST', '/access/token', byCookie(client))
    const token = { authorization: renewed.json.token as string }
    equal((await ask('GET', '/me', token)).status, 200)
    for (const path of ['/fresh', '/usually-fresh'])
      for (const headers of [token, byCookie(client)]) {
        const refused = await ask('GET', path, headers)
        deepEqual([refused.status, refused.json.code], [401, 'reauthentication.required'], path)
      }
  },

  'a route with role needs the role, and its removal takes effect': async ({ ask, newUser, latchkey }) => {
    const client = await newUser()
    const refused = await ask('GET', '/admin', byCookie(client))
    deepEqual([refused.status, refused.json.code], [403, 'role.required'])
    await latchkey.users.setRoles(client.userId, ['admin'])
    equal((await ask('GET', '/admin', byCookie(client))).status, 200)
    await latchkey.users.setRoles(client.userId, [])
    equal((await ask('GET', '/admin', byCookie(client))).status, 403)
  },

  'an optional route identifies a signed-in user, and nothing else': async ({ ask, newUser, clock }) => {
    const client = await newUser()
    equal((await ask('GET', '/maybe', byCookie(client))).json.userId, client.userId)
    equal((await ask('GET', '/maybe', { cookie: 'latchkey_session=nonsense' })).text, 'null')
    clock.advance(30 * MINUTE)
    equal((await ask('GET', '/maybe', byCookie(client))).text, 'null')
  },

  'browsers are redirected to sign in and back; programs get 401': async ({ ask, newUser }) => {
    const html = { accept: 'text/html,application/xhtml+xml' }
    const sent = await ask('GET', '/page?tab=2', html)
    deepEqual([sent.status, sent.headers.get('location')], [303, '/sign-in?return=%2Fpage%3Ftab%3D2'])
    equal(sent.headers.get('cache-control'), 'no-store')
    const page = await ask('GET', '/sign-in?return=%2Fpage%3Ftab%3D2', html)
    equal(page.status, 200)
    match(page.text, /name="password"/)
    equal((await ask('GET', '/page', { accept: 'application/json' })).status, 401)
    equal((await ask('GET', '/page', { ...html, ...byCookie(await newUser()) })).status, 200)
  },

  'a sign-out takes effect at once, for every credential': async ({ ask, newUser, reached }) => {
    const client = await newUser()
    for (const headers of [byCookie(client), byToken(client)]) equal((await ask('GET', '/me', headers)).status, 200)
    equal((await ask('POST', `/access/logout/${client.userId}`, byToken(client))).status, 200)
    reached.length = 0
    for (const headers of [byToken(client), { cookie: `latchkey_session=${client.cookie('session')}` }])
      equal((await ask('GET', '/me', headers)).status, 401)
    deepEqual(reached, [])
  },

  'an idle session is refused': async ({ ask, newUser, clock }) => {
    const client = await newUser()
    equal((await ask('GET', '/me', byCookie(client))).status, 200)
    clock.advance(21 * MINUTE)
    const refused = await ask('GET', '/me', byCookie(client))
    deepEqual([refused.status, refused.json.reason], [401, 'idle'])
  },

  'of duplicate cookies the genuine one counts, of two genuine ones none, and the response of the host sets none': async ({
    ask,
    newUser,
  }) => {
    const [client, other] = [await newUser(), await newUser()]
    const session = `latchkey_session=${client.cookie('session')}`
    for (const cookie of [`latchkey_session=made.up; ${session}`, `${session}; latchkey_session=`, `${session}; ${session}`]) {
      const answer = await ask('GET', '/me', { cookie })
      deepEqual([answer.status, answer.headers.getSetCookie()], [200, []])
      equal((await ask('POST', '/me', { cookie })).status, 403)
    }
    const unclear = await ask('GET', '/me', { cookie: `${session}; latchkey_session=${other.cookie('session')}` })
    deepEqual([unclear.status, unclear.json.reason], [401, 'none'])
  },

  "a proxy's own password in Authorization is ignored: the cookie counts, and changes nothing": async ({ ask, newUser }) => {
    const cookie = `latchkey_session=${(await newUser()).cookie('session')}`
    for (const authorization of ['Basic YTpi', 'Digest username="a", realm="b"', 'negotiate YII=', 'NTLM TlRM']) {
      equal((await ask('GET', '/me', { cookie, authorization })).status, 200, authorization)
      const refused = await ask('POST', '/me', { cookie, authorization })
      deepEqual([refused.status, refused.json.code], [403, 'csrf.header_required'])
    }
    equal((await ask('GET', '/me', { cookie, authorization: 'Token abc' })).status, 401)
  },

  "the session's data is patched, and refusals have their status": async ({ ask, newUser }) => {
    const client = await newUser()
    const patched = await ask('POST', '/data', { ...byToken(client), 'content-type': 'application/json' }, { theme: 'dark' })
    deepEqual(patched.json, { data: { theme: 'dark' }, version: 2 })
    const large = await ask('POST', '/data', { ...byToken(client), 'content-type': 'application/json' }, { text: 'x'.repeat(17_000) })
    equal(large.status, 413)
    deepEqual((await ask('GET', '/access/session/data', byCookie(client))).json, { data: { theme: 'dark' }, version: 2 })
  },

  'an audit event is recorded with ip and user agent': async ({ ask, newUser }) => {
    const client = await newUser()
    const headers = { ...byToken(client), 'content-type': 'application/json', 'user-agent': 'Scenario/1' }
    const recorded = await ask('POST', '/record', headers, { action: 'order.placed' })
    equal(recorded.json.username, client.username)
    equal((await ask('POST', '/record', headers, { action: 'login.password' })).status, 422)
    const { events } = (await ask('GET', '/access/audit-events', byCookie(client))).json
    const { action, detail, userAgent, ip } = events[0]
    deepEqual([action, detail, userAgent, ip], ['order.placed', { number: 7 }, 'Scenario/1', '127.0.0.1'])
  },

  'after a handler throws, the next request is still guarded': async ({ ask, newUser }) => {
    const client = await newUser()
    const broken = await ask('GET', '/throws', byCookie(client))
    equal(broken.status, 500)
    equal((await ask('GET', '/throws')).status, 401)
    equal((await ask('GET', '/me')).status, 401)
  },

  'a handler may set Cache-Control': async ({ ask, newUser }) => {
    equal((await ask('GET', '/cached', byCookie(await newUser()))).headers.get('cache-control'), 'private, max-age=60')
  },

  'Latchkey answers its own paths, and no others': async ({ ask }) => {
    equal((await ask('GET', '/.well-known/jwks.json')).status, 200)
    for (const path of ['/access/nothing', '/access/'] as const) equal((await ask('GET', path)).json.code, 'resource.not_found', path)
    equal((await ask('PUT', '/access/session')).status, 405)
    for (const path of ['/', '/nothing', '/docs', '/livez', '/metrics', '/openapi.json', '/accessible', '/sign-in-now'])
      deepEqual([(await ask('GET', path)).status, (await ask('GET', path)).text], [404, 'of the host'], path)
  },

  'a foreign origin is refused without CORS headers': async ({ ask }) => {
    const foreign = { origin: 'https://evil.example', 'content-type': 'application/json' }
    const refused = await ask('POST', '/access/login', foreign, { username: 'x', password: PASSWORD })
    deepEqual([refused.status, refused.json.code], [403, 'origin.denied'])
    equal(refused.headers.get('access-control-allow-origin'), null)
  },

  'large and malformed bodies are refused': async ({ ask }) => {
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
    async function newUser(): Promise<TestClient> {
      count += 1
      const client = new TestClient(host.url)
      await client.register(`User-${count}`)
      return client
    }

    for (const [what, run] of Object.entries(SCENARIOS))
      test(what, async () => {
        reached.length = 0
        const ask: Stage['ask'] = (method, path, headers = {}, body = undefined) => request(host.url, method, path, { headers, body })
        await run({ latchkey, host, clock, reached, newUser, ask })
      })
  })
