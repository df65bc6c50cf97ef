// The cross-origin rule on every route that changes something, and CORS on every answer.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Called, startInProcess } from '../support/in-process.ts'
import { register } from '../support/people.ts'
import { assertRefused, changingRoutes, corsHeadersOf, pathOf, readingRoutes, told } from './support.ts'

const OWN = 'http://localhost:3000'
const FRIEND = 'https://shop.example.com'
const SETTINGS = { allowedOrigins: [FRIEND] }

const FOREIGN = [
  'http://localhost:3000.evil.test',
  'http://localhost:30000',
  'http://localhost:300',
  'http://localhost',
  'https://localhost:3000',
  'http://localhost:3000/',
  'http://LOCALHOST:3000',
  'http://evil.localhost:3000',
  'http://localhost:3000@evil.test',
  `${OWN} ${FRIEND}`,
  `${OWN}, https://evil.test`,
  'https://shop.example.com.evil.test',
  'https://evil-shop.example.com',
  'https://evil.shop.example.com',
  'https://example.com',
  'https://blog.example.com',
  'http://shop.example.com',
  'https://shop.example.com:8443',
  'https://shop.example.com:443',
  'https://evil.test',
  'file://',
  '',
]

const SITES = [undefined, 'same-origin', 'same-site', 'cross-site', 'none', 'Same-Origin', 'anything'] as const
const ORIGINS = [undefined, OWN, FRIEND, 'https://evil.test', 'null'] as const

/** The rule, written down once more in its own words. */
function expectedReason(site: (typeof SITES)[number], origin: (typeof ORIGINS)[number]): string | undefined {
  if (site === 'same-origin' || site === 'none') return undefined
  if (origin === OWN || origin === FRIEND) return undefined
  if (origin === 'null') return 'origin_null'
  if (origin !== undefined) return 'origin_not_allowed'
  if (site === undefined) return undefined
  return { 'cross-site': 'cross_site', 'same-site': 'same_site' }[site as string] ?? 'origin_missing'
}

function present(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

function assertDenied(answer: Called, reason: string): void {
  assertRefused(answer, 403, 'origin.denied', { reason, setting: 'LATCHKEY_ALLOWED_ORIGINS' })
}

test('the cross-origin rule covers every route that changes something, logout by GET included', () => {
  const covered = changingRoutes.map(({ method, path }) => `${method} ${path}`)
  for (const route of ['GET /access/logout/:userCode', 'POST /access/token', 'PATCH /access/session/data', 'DELETE /access/account'])
    assert.ok(covered.includes(route), route)
})

for (const route of changingRoutes) {
  const { method } = route
  const path = pathOf(route)

  test(`${method} ${route.path} obeys Sec-Fetch-Site first, then Origin`, async () => {
    await using latchkey = await startInProcess(SETTINGS)
    for (const site of SITES) {
      for (const origin of ORIGINS) {
        const answer = await latchkey.call(method, path, { headers: present({ 'sec-fetch-site': site, origin }) })
        const reason = expectedReason(site, origin)
        if (reason === undefined) assert.notEqual(told(answer), 'origin.denied', `${site} ${origin}`)
        else assertDenied(answer, reason)
        assert.equal(answer.headers['access-control-allow-origin'], origin === OWN || origin === FRIEND ? origin : undefined)
      }
    }
  })

  test(`${method} ${route.path} refuses every origin that is only like an allowed one, even with a credential`, async () => {
    await using latchkey = await startInProcess(SETTINGS)
    const alice = await register(latchkey, { remember: true })
    for (const origin of FOREIGN) {
      for (const site of [undefined, 'cross-site', 'same-site']) {
        const headers = present({ origin, 'sec-fetch-site': site, authorization: alice.token, cookie: alice.cookies })
        const answer = await latchkey.call(method, path.replace('somebody', alice.code), { headers })
        assertDenied(answer, 'origin_not_allowed')
        assert.deepEqual(corsHeadersOf(answer), [], origin)
      }
    }
    const still = await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })
    assert.equal(still.status, 200)
  })
}

test('reading is open to every origin, and only allowed ones get CORS headers', async () => {
  await using latchkey = await startInProcess(SETTINGS)
  for (const route of readingRoutes) {
    for (const origin of [...FOREIGN, 'null']) {
      const answer = await latchkey.call('GET', pathOf(route), { headers: { origin, 'sec-fetch-site': 'cross-site' } })
      assert.notEqual(told(answer), 'origin.denied', route.path)
      assert.deepEqual(corsHeadersOf(answer), [], `${route.path} ${origin}`)
    }
    for (const origin of [OWN, FRIEND]) {
      const { headers } = await latchkey.call('GET', pathOf(route), { headers: { origin } })
      assert.equal(headers['access-control-allow-origin'], origin)
      assert.equal(headers['access-control-allow-credentials'], 'true')
      assert.equal(headers['access-control-expose-headers'], 'ETag, Retry-After, X-Request-Id')
      assert.match(headers.vary ?? '', /\bOrigin\b/)
    }
  }
})

test('a preflight of an allowed origin is granted exactly, for ten minutes', async () => {
  await using latchkey = await startInProcess(SETTINGS)
  for (const origin of [OWN, FRIEND]) {
    const headers = { origin, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization,x-evil' }
    const answer = await latchkey.call('OPTIONS', '/access/session/data', { headers })
    assert.equal(answer.status, 204)
    assert.equal(answer.body, null)
    const granted = Object.fromEntries(corsHeadersOf(answer).map((name) => [name, answer.headers[name]]))
    assert.deepEqual(granted, {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'ETag, Retry-After, X-Request-Id',
      'access-control-allow-methods': 'GET, HEAD, PATCH, OPTIONS',
      'access-control-allow-headers': 'Authorization, Content-Type, If-Match, DPoP, X-Latchkey-Passive',
      'access-control-max-age': '600',
    })
  }
})

test('a preflight of a foreign origin is refused on every path, without a CORS header', async () => {
  await using latchkey = await startInProcess(SETTINGS)
  for (const route of [...changingRoutes, ...readingRoutes]) {
    for (const origin of [...FOREIGN, 'null']) {
      const answer = await latchkey.call('OPTIONS', pathOf(route), { headers: { origin, 'access-control-request-method': route.method } })
      assertDenied(answer, origin === 'null' ? 'origin_null' : 'origin_not_allowed')
      assert.deepEqual(corsHeadersOf(answer), [], `${route.path} ${origin}`)
    }
  }
})

test('a refusal of an allowed origin can be read by its page', async () => {
  await using latchkey = await startInProcess(SETTINGS)
  for (const path of ['/access/session', '/access/nothing', '/access/login']) {
    const answer = await latchkey.call('PUT', path, { headers: { origin: FRIEND, 'sec-fetch-site': 'cross-site' } })
    assert.ok(answer.status >= 400)
    assert.equal(answer.headers['access-control-allow-origin'], FRIEND, path)
  }
})
