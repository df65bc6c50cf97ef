// The headers of every response.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routes } from '../../src/http/routes/index.ts'
import { type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'
import { pathOf } from './support.ts'

const EXPECTED = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/** Responses of every kind: successes, every kind of refusal, preflights, HEAD. */
async function answersOf(latchkey: InProcess): Promise<readonly InProcessResponse[]> {
  const own = latchkey.publicUrl
  const alice = await register(latchkey, { remember: true })
  const answers: InProcessResponse[] = []
  for (const route of routes) {
    const path = pathOf(route, alice.userId)
    for (const headers of [{}, { origin: own }, { origin: 'https://evil.test' }, { authorization: 'Basic x' }, { cookie: alice.cookies }]) {
      answers.push(await latchkey.call(route.method, path, { headers }))
      answers.push(await latchkey.call('OPTIONS', path, { headers }))
    }
    answers.push(await latchkey.call('TRACE', path))
    answers.push(await latchkey.call('HEAD', path, { headers: { cookie: alice.session } }))
  }
  const headers = { authorization: alice.token, cookie: alice.cookies }
  answers.push(await latchkey.call('GET', '/access/nothing'))
  answers.push(await latchkey.call('POST', '/access/login', { body: ALICE }))
  answers.push(await latchkey.call('POST', '/access/login', { body: { ...ALICE, password: 'not-this-one-at-all' } }))
  answers.push(await latchkey.call('PATCH', '/access/session/data', { headers, body: { a: 1 } }))
  const page = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/', accept: 'text/html' }
  answers.push(await latchkey.call('GET', '/access/verify', { headers: page }))
  answers.push(await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers }))
  return answers
}

test('every response has the security headers and names no version', async () => {
  await using latchkey = await startInProcess()
  const answers = await answersOf(latchkey)
  const statuses = new Set(answers.map(({ status }) => status))
  for (const status of [200, 204, 303, 401, 403, 404, 405, 415]) assert.ok(statuses.has(status), String(status))
  for (const { status, headers } of answers) {
    for (const [name, value] of Object.entries(EXPECTED)) assert.equal(headers[name], value, `${status} ${name}`)
    assert.match(headers['permissions-policy'] ?? '', /camera=\(\)/)
    assert.match(headers['cross-origin-resource-policy'] ?? '', /^(same|cross)-origin$/)
    assert.match(headers.vary ?? '', /\bOrigin\b/)
    assert.equal(headers['strict-transport-security'], undefined)
    assert.equal(headers.server ?? headers['x-powered-by'], undefined)
    assert.ok(Object.keys(headers).every((name) => name === name.toLowerCase()))
  }
})

test('only the public keys are cacheable', async () => {
  await using latchkey = await startInProcess()
  for (const { headers } of await answersOf(latchkey)) {
    const isKeys = headers['cross-origin-resource-policy'] === 'cross-origin'
    assert.equal(headers['cache-control'], isKeys ? 'public, max-age=300' : 'no-store')
  }
  const keys = await latchkey.call('GET', '/.well-known/jwks.json')
  assert.equal(keys.headers['cache-control'], 'public, max-age=300')
  assert.equal((await latchkey.call('PUT', '/.well-known/jwks.json')).headers['cache-control'], 'no-store')
})

test('every response has a unique request id', async () => {
  await using latchkey = await startInProcess()
  await using other = await startInProcess()
  const answers = [...(await answersOf(latchkey)), ...(await answersOf(other))]
  const ids = answers.map(({ headers }) => headers['x-request-id'] ?? '')
  assert.equal(new Set(ids).size, ids.length)
  for (const id of ids) assert.match(id, /^[\w-]{8,64}$/)
})

test('a request cannot choose its id', async () => {
  await using latchkey = await startInProcess()
  const { headers } = await latchkey.call('GET', '/livez', { headers: { 'x-request-id': 'chosen' } })
  assert.notEqual(headers['x-request-id'], 'chosen')
})

test('over https every response has Strict-Transport-Security for a year', async () => {
  await using latchkey = await startInProcess({ publicUrl: 'https://login.example.com' }, { publicUrl: 'https://login.example.com' })
  for (const { headers } of await answersOf(latchkey))
    assert.equal(headers['strict-transport-security'], 'max-age=31536000; includeSubDomains')
})

for (const [setting, expected] of [
  ['on', '"cookies", "storage"'],
  ['off', undefined],
] as const) {
  test(`with Clear-Site-Data ${setting}, logout and account deletion ${expected ? 'send it' : 'do not'}, and nothing else does`, async () => {
    await using latchkey = await startInProcess({ clearSiteData: setting })
    for (const { headers, json } of await answersOf(latchkey))
      assert.equal(headers['clear-site-data'], json?.ended === undefined ? undefined : expected)
    const bob = await register(latchkey, { username: 'Bob' })
    const headers = { authorization: bob.token }
    const refused = await latchkey.call('DELETE', '/access/account', { headers, body: { password: 'not-this-one-at-all' } })
    assert.equal(refused.headers['clear-site-data'], undefined)
    const deleted = await latchkey.call('DELETE', '/access/account', { headers, body: { password: ALICE.password } })
    assert.equal(deleted.headers['clear-site-data'], expected)
  })
}

test('every body has its content type, and a response without a body has none', async () => {
  await using latchkey = await startInProcess()
  for (const { status, headers, body } of await answersOf(latchkey)) {
    if (status === 204 || status === 303) assert.equal(headers['content-type'], undefined)
    else if (status >= 400) assert.equal(headers['content-type'], 'application/problem+json')
    else assert.equal(headers['content-type'], 'application/json')
    if (status === 204 || status === 303) assert.equal(body, null)
  }
})

test('every 401 has WWW-Authenticate', async () => {
  await using latchkey = await startInProcess()
  for (const { status, headers, json } of await answersOf(latchkey)) {
    if (json === undefined) continue
    const expected = json.code === 'token.invalid' ? 'Bearer error="invalid_token"' : 'Bearer'
    assert.equal(headers['www-authenticate'], status === 401 ? expected : undefined)
  }
})
