// The cross-origin rule and CORS, on every route that changes something or issues a token.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routes } from '../../src/http/routes/index.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

const APP = 'https://app.example.com'
const unsafe = routes.filter(({ method, changes }) => changes || method !== 'GET')

function pathOf(path: string): string {
  return path.replace(/:\w+/, 'usr_x')
}

function corsOf(headers: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control-'))
}

function start(): Promise<InProcess> {
  return startInProcess({ allowedOrigins: [APP, 'http://localhost:8080'] })
}

/** Headers that a browser sends for foreign requests, with the reason of the refusal. */
const FOREIGN: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  ['another site', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }, 'origin_not_allowed'],
  ['another site, in an old browser', { origin: 'https://evil.test' }, 'origin_not_allowed'],
  ['another site without Origin', { 'sec-fetch-site': 'cross-site' }, 'cross_site'],
  ['a sibling sub-domain', { origin: 'https://api.example.com', 'sec-fetch-site': 'same-site' }, 'origin_not_allowed'],
  ['a sibling without Origin', { 'sec-fetch-site': 'same-site' }, 'same_site'],
  ['a sandbox', { origin: 'null', 'sec-fetch-site': 'cross-site' }, 'origin_null'],
  ['a sandbox, in an old browser', { origin: 'null' }, 'origin_null'],
  ['an allowed origin with a suffix', { origin: `${APP}.evil.test` }, 'origin_not_allowed'],
  ['an allowed origin with a prefix', { origin: 'https://evil-app.example.com' }, 'origin_not_allowed'],
  ['an allowed host over http', { origin: 'http://app.example.com' }, 'origin_not_allowed'],
  ['an allowed host on another port', { origin: `${APP}:8443` }, 'origin_not_allowed'],
  ['our own host on another port', { origin: 'http://localhost:30000' }, 'origin_not_allowed'],
  ['an allowed origin with a slash', { origin: `${APP}/` }, 'origin_not_allowed'],
  ['an allowed origin in capitals', { origin: APP.toUpperCase() }, 'origin_not_allowed'],
  ['two origins in one', { origin: `${APP}, https://evil.test` }, 'origin_not_allowed'],
  ['a value of Sec-Fetch-Site that no browser sends', { 'sec-fetch-site': 'same-origin, cross-site' }, 'origin_missing'],
]

for (const [name, headers, reason] of FOREIGN) {
  test(`${name} is refused on every path that changes something, with the reason, the setting, and no CORS header`, async () => {
    await using latchkey = await start()
    const alice = await register(latchkey)
    for (const { method, path } of unsafe) {
      for (const credential of [{}, { cookie: alice.cookies }, { authorization: alice.token }]) {
        const answer = await latchkey.call(method, pathOf(path), { headers: { ...headers, ...credential }, body: ALICE })
        assert.equal(answer.status, 403, `${method} ${path}`)
        assert.equal(answer.json.code, 'origin.denied')
        assert.equal(answer.json.reason, reason)
        assert.equal(answer.json.setting, 'LATCHKEY_ALLOWED_ORIGINS')
        assert.deepEqual(corsOf(answer.headers), [])
        assert.deepEqual(answer.cookies, [])
      }
    }
    assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  })
}

const OWN: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['our own page', { origin: 'http://localhost:3000', 'sec-fetch-site': 'same-origin' }],
  ['our own page in an old browser', { origin: 'http://localhost:3000' }],
  ['a user at the address bar', { 'sec-fetch-site': 'none' }],
  ['no browser', {}],
  ['an allowed origin', { origin: APP, 'sec-fetch-site': 'cross-site' }],
  ['an allowed origin on the same site', { origin: 'http://localhost:8080', 'sec-fetch-site': 'same-site' }],
]

for (const [name, headers] of OWN) {
  test(`${name} passes the rule`, async () => {
    await using latchkey = await start()
    for (const { method, path } of unsafe) {
      const answer = await latchkey.call(method, pathOf(path), { headers })
      assert.notEqual(answer.json?.code, 'origin.denied', `${method} ${path}`)
    }
    assert.equal((await latchkey.call('POST', '/access/register', { headers, body: ALICE })).status, 201)
  })
}

test('an allowed origin is named exactly, with credentials, on responses of every kind', async () => {
  await using latchkey = await start()
  const alice = await register(latchkey)
  for (const [path, headers] of [
    ['/access/session', { cookie: alice.session }],
    ['/access/session', {}],
    ['/nowhere', {}],
  ] as const) {
    const answer = await latchkey.call('GET', path, { headers: { ...headers, origin: APP } })
    assert.equal(answer.headers['access-control-allow-origin'], APP)
    assert.equal(answer.headers['access-control-allow-credentials'], 'true')
    assert.equal(answer.headers['access-control-expose-headers'], 'ETag, Retry-After, X-Request-Id')
    assert.match(answer.headers.vary ?? '', /\bOrigin\b/)
  }
})

test('a foreign origin that only reads gets its response without any CORS header', async () => {
  await using latchkey = await start()
  const answer = await latchkey.call('GET', '/access/session', { headers: { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' } })
  assert.equal(answer.status, 401)
  assert.deepEqual(corsOf(answer.headers), [])
  assert.match(answer.headers.vary ?? '', /\bOrigin\b/)
})

test('a preflight from an allowed origin is cacheable for ten minutes, one from a foreign origin is refused', async () => {
  await using latchkey = await start()
  const preflight = { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization,content-type' }
  const allowed = await latchkey.call('OPTIONS', '/access/session/data', { headers: { ...preflight, origin: APP } })
  assert.equal(allowed.status, 204)
  assert.equal(allowed.headers['access-control-allow-origin'], APP)
  assert.equal(allowed.headers['access-control-max-age'], '600')
  assert.equal(allowed.headers['access-control-allow-headers'], 'Authorization, Content-Type, If-Match, DPoP, X-Latchkey-Passive')
  assert.match(allowed.headers['access-control-allow-methods'] ?? '', /\bPATCH\b/)
  const foreign = await latchkey.call('OPTIONS', '/access/session/data', { headers: { ...preflight, origin: 'https://evil.test' } })
  assert.equal(foreign.status, 403)
  assert.deepEqual(corsOf(foreign.headers), [])
})

test('an unknown method is refused before the origin rule, and method overrides are ignored', async () => {
  await using latchkey = await start()
  const alice = await register(latchkey)
  for (const name of ['x-http-method-override', 'x-method-override', 'x-original-method']) {
    await latchkey.call('GET', '/access/account', { headers: { [name]: 'DELETE', authorization: alice.token } })
    const answer = await latchkey.call('GET', `/access/sessions/${alice.sid}`, {
      headers: { [name]: 'DELETE', authorization: alice.token },
    })
    assert.equal(answer.status, 405)
  }
  for (const method of ['TRACE', 'PROPFIND', 'get', 'HEAD']) {
    assert.equal((await latchkey.call(method, `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })).status, 405)
  }
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
})
