// Remembered logins through the real engine: rotation, races, lost answers, theft.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookieHeader, type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { login, register, toSignedInUser } from '../support/users.ts'

const BROWSER = { 'user-agent': 'Chromium on Linux' }
const OTHER = { 'user-agent': 'somebody else' }

function presentRememberMe(latchkey: InProcess, remembered: string, browser = BROWSER): Promise<InProcessResponse> {
  return latchkey.call('POST', '/access/token', { headers: { ...browser, cookie: remembered } })
}

function requestWithSession(latchkey: InProcess, answer: InProcessResponse): Promise<InProcessResponse> {
  return latchkey.call('GET', '/access/session', { headers: { ...BROWSER, cookie: toSignedInUser(answer, 200).session } })
}

test('a remembered login starts a session without the password, rotates, and is never fresh', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  const answer = await presentRememberMe(latchkey, alice.remembered)
  const restored = toSignedInUser(answer, 200)
  assert.notEqual(restored.sid, alice.sid)
  assert.notEqual(restored.remembered, alice.remembered)
  assert.equal(restored.remembered.split('.')[0], alice.remembered.split('.')[0], 'the same public id')
  const claims = JSON.parse(Buffer.from(restored.token.split('.')[1] ?? '', 'base64url').toString())
  assert.deepEqual(claims.amr, ['remembered'])
})

test('of a hundred tabs that start together all are signed in, one rotates, and nobody is alarmed', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  const answers = await Promise.all(Array.from({ length: 100 }, () => presentRememberMe(latchkey, alice.remembered)))
  assert.ok(answers.every(({ status }) => status === 200))
  const rotated = answers.filter((answer) => toSignedInUser(answer, 200).remembered !== '')
  assert.equal(rotated.length, 1)
  assert.equal((await requestWithSession(latchkey, answers[7] as InProcessResponse)).status, 200)
})

test('an answer that was lost is given again, also twice', async () => {
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
  test(`an old secret, after the session born of the rotation was used by ${how}, is theft`, async () => {
    await using latchkey = await startInProcess()
    const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
    const elsewhere = await login(latchkey, { remember: true })
    const rotated = await presentRememberMe(latchkey, alice.remembered)
    const { session, token } = toSignedInUser(rotated, 200)
    const headers = how === 'cookie' ? { cookie: session } : { authorization: token }
    assert.equal((await latchkey.call('GET', '/access/session', { headers })).status, 200)
    latchkey.clock.advance(31_000)

    const thief = await presentRememberMe(latchkey, alice.remembered, OTHER)
    assert.equal(thief.status, 401)
    assert.equal(thief.json.reason, 'theft_suspected')
    assert.deepEqual(thief.cookies, [], 'a refusal clears no cookie')
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

test('a previous secret from another browser is theft within the window too', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  await presentRememberMe(latchkey, alice.remembered)
  assert.equal((await presentRememberMe(latchkey, alice.remembered, OTHER)).json.reason, 'theft_suspected')
})

test('rotation does not extend the life of a remembered login', async () => {
  await using latchkey = await startInProcess({ rememberLifetime: '2d' })
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  latchkey.clock.advance(47 * 3_600_000)
  const answer = await presentRememberMe(latchkey, alice.remembered)
  assert.match(answer.cookies.find((cookie) => cookie.includes('remember')) ?? '', /Max-Age=3600;/)
  latchkey.clock.advance(3_600_000)
  assert.equal((await presentRememberMe(latchkey, toSignedInUser(answer, 200).remembered)).json.reason, 'expired')
})

test('a remembered login of a disabled, deleted or changed user starts nothing', async () => {
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

test('a logout in the middle of a restore leaves nothing signed in', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const [, ...restored] = await Promise.all([
    latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } }),
    ...Array.from({ length: 20 }, () => presentRememberMe(latchkey, alice.remembered)),
  ])
  for (const answer of restored) {
    const cookie = cookieHeader(answer.jar)
    assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie } })).status, 401)
  }
  assert.deepEqual(await latchkey.engine.store.credentials.listByUser(alice.userId), [])
})

test('when an answer was lost, every session of the lineage ends with the next restore, and no other', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true }, { headers: BROWSER })
  const elsewhere = await login(latchkey, { remember: true })
  const lost = await presentRememberMe(latchkey, alice.remembered)
  const raced = await presentRememberMe(latchkey, alice.remembered)
  assert.equal((await requestWithSession(latchkey, raced)).status, 200)
  latchkey.clock.advance(31_000)
  const restored = await presentRememberMe(latchkey, alice.remembered)
  assert.equal(restored.status, 200)
  for (const answer of [lost, raced]) assert.equal((await requestWithSession(latchkey, answer)).json.reason, 'revoked')
  assert.equal((await requestWithSession(latchkey, restored)).status, 200)
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: elsewhere.session } })).status, 200)
})
