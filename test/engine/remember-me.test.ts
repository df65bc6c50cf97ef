// Remember-me logins through the real engine: rotation, concurrent tabs, lost responses, theft.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookieHeader, type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { login, register, toSignedInUser } from '../support/users.ts'

const BROWSER = { 'user-agent': 'Chromium on Linux' }
const OTHER = { 'user-agent': 'curl' }

function presentRememberMe(latchkey: InProcess, cookie: string, browser = BROWSER): Promise<InProcessResponse> {
  return latchkey.call('POST', '/access/token', { headers: { ...browser, cookie } })
}

function requestWithSession(latchkey: InProcess, response: InProcessResponse): Promise<InProcessResponse> {
  return latchkey.call('GET', '/access/session', { headers: { ...BROWSER, cookie: toSignedInUser(response, 200).session } })
}

test('a remember-me login starts a session without the password, rotates, and is never fresh', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  const response = await presentRememberMe(latchkey, alice.remembered)
  const resumed = toSignedInUser(response, 200)
  assert.notEqual(resumed.sid, alice.sid)
  assert.notEqual(resumed.remembered, alice.remembered)
  assert.equal(resumed.remembered.split('.')[0], alice.remembered.split('.')[0], 'the same public id')
  const claims = JSON.parse(Buffer.from(resumed.token.split('.')[1] ?? '', 'base64url').toString())
  assert.deepEqual(claims.amr, ['remembered'])
})

test('of a hundred concurrent tabs all are signed in, one rotates, and there is no alarm', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  const responses = await Promise.all(Array.from({ length: 100 }, () => presentRememberMe(latchkey, alice.remembered)))
  assert.ok(responses.every(({ status }) => status === 200))
  const rotated = responses.filter((response) => toSignedInUser(response, 200).remembered !== '')
  assert.equal(rotated.length, 1)
  assert.equal((await requestWithSession(latchkey, responses[7] as InProcessResponse)).status, 200)
})

test('a lost response is repeated, also twice', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  for (let lost = 0; lost < 3; lost += 1) {
    assert.equal((await presentRememberMe(latchkey, alice.remembered)).status, 200)
    latchkey.clock.advance(31_000)
  }
  const arrived = await presentRememberMe(latchkey, alice.remembered)
  const { remembered } = toSignedInUser(arrived, 200)
  assert.notEqual(remembered, '')
  latchkey.clock.advance(31_000)
  assert.equal((await presentRememberMe(latchkey, remembered)).status, 200)
})

for (const how of ['cookie', 'token'] as const) {
  test(`an old secret is suspected theft after the rotated session was used by ${how}`, async () => {
    await using latchkey = await startInProcess()
    const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
    const elsewhere = await login(latchkey, { remember: true })
    const rotated = await presentRememberMe(latchkey, alice.remembered)
    const { session, token } = toSignedInUser(rotated, 200)
    const headers = how === 'cookie' ? { cookie: session } : { authorization: token }
    assert.equal((await latchkey.call('GET', '/access/session', { headers })).status, 200)
    latchkey.clock.advance(31_000)

    const attacker = await presentRememberMe(latchkey, alice.remembered, OTHER)
    assert.equal(attacker.status, 401)
    assert.equal(attacker.json.reason, 'theft_suspected')
    assert.deepEqual(attacker.cookies, [], 'a refusal clears no cookie')
    assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: session } })).json.reason, 'theft_suspected')
    assert.equal((await latchkey.call('GET', '/access/session', { headers: { authorization: token } })).json.reason, 'session_ended')
    assert.equal((await presentRememberMe(latchkey, toSignedInUser(rotated, 200).remembered)).json.reason, 'theft_suspected')

    const owner = { headers: { cookie: elsewhere.session } }
    assert.equal((await latchkey.call('GET', '/access/session', owner)).status, 200, 'other devices stay signed in')
    const { json } = await latchkey.call('GET', '/access/audit-events', owner)
    const alarm = json.events.find((event: { severity: string }) => event.severity === 'alarm')
    assert.equal(alarm.detail.presentedNow.userAgent, OTHER['user-agent'])
    assert.equal(alarm.detail.seenBefore.userAgent, BROWSER['user-agent'])
  })
}

test('a previous secret from another browser is suspected theft within the window too', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  await presentRememberMe(latchkey, alice.remembered)
  assert.equal((await presentRememberMe(latchkey, alice.remembered, OTHER)).json.reason, 'theft_suspected')
})

test('rotation does not extend the lifetime of a remember-me login', async () => {
  await using latchkey = await startInProcess({ rememberLifetime: '2d' })
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  latchkey.clock.advance(47 * 3_600_000)
  const response = await presentRememberMe(latchkey, alice.remembered)
  assert.match(response.cookies.find((cookie) => cookie.includes('remember')) ?? '', /Max-Age=3600;/)
  latchkey.clock.advance(3_600_000)
  assert.equal((await presentRememberMe(latchkey, toSignedInUser(response, 200).remembered)).json.reason, 'expired')
})

test('a remember-me login from before a password change starts no session', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const { headers } = { headers: { authorization: alice.token } }
  const changed = await latchkey.call('POST', '/access/password', {
    headers,
    body: { current: 'blue-tulip-under-7-moons', next: 'green-walnut-over-9-rivers' },
  })
  assert.equal(changed.status, 200)
  assert.equal((await presentRememberMe(latchkey, alice.remembered)).json.reason, 'revoked')
})

test('a logout concurrent with resumed sessions leaves no session', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const [, ...resumed] = await Promise.all([
    latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } }),
    ...Array.from({ length: 20 }, () => presentRememberMe(latchkey, alice.remembered)),
  ])
  for (const response of resumed) {
    const cookie = cookieHeader(response.jar)
    assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie } })).status, 401)
  }
  assert.deepEqual(await latchkey.engine.store.credentials.listByUser(alice.userId), [])
})

test('after a lost response the next resumed session revokes every other session of its lineage, and no other lineage', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  const elsewhere = await login(latchkey, { remember: true })
  const lost = await presentRememberMe(latchkey, alice.remembered)
  const concurrent = await presentRememberMe(latchkey, alice.remembered)
  assert.equal((await requestWithSession(latchkey, concurrent)).status, 200)
  latchkey.clock.advance(31_000)
  const resumed = await presentRememberMe(latchkey, alice.remembered)
  assert.equal(resumed.status, 200)
  for (const response of [lost, concurrent]) assert.equal((await requestWithSession(latchkey, response)).json.reason, 'revoked')
  assert.equal((await requestWithSession(latchkey, resumed)).status, 200)
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: elsewhere.session } })).status, 200)
})
