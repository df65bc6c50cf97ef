// Registration, login, and issuing a token.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setDisabled } from '../../src/engine/users.ts'
import { signedInResponse } from '../../src/http/contract.ts'
import { type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/users.ts'
import { assertRefused } from './support.ts'

const OTHER = 'red-heron-over-9-lakes'

function assertSignedIn(answer: InProcessResponse, status: number): void {
  assert.equal(answer.status, status, answer.body ?? '')
  assert.deepEqual(signedInResponse.strict().parse(answer.json), answer.json)
  assert.deepEqual(Object.keys(answer.json.user), ['id', 'username', 'roles'])
}

test('registration returns 201 with user, token and session, and no credential in the body', async () => {
  await using latchkey = await startInProcess()
  const answer = await latchkey.call('POST', '/access/register', { body: { ...ALICE, email: 'alice@example.com' } })
  assertSignedIn(answer, 201)
  const { user, session, ...rest } = answer.json
  assert.match(user.id, /^usr_[\w-]{22}$/)
  assert.deepEqual({ ...user, id: '' }, { id: '', username: 'Alice', roles: [] })
  assert.match(session.id, /^[\w-]{22}$/)
  assert.deepEqual(
    { ...session, id: '' },
    {
      id: '',
      startedAt: '2026-05-03T12:00:00.000Z',
      lastSeenAt: '2026-05-03T12:00:00.000Z',
      idleTimeout: 1200,
      expiresAt: '2026-05-04T00:00:00.000Z',
      remembered: false,
    },
  )
  assert.deepEqual({ ...rest, token: '' }, { token: '', tokenType: 'Bearer', expiresIn: 300 })
  for (const name of ['latchkey_session', 'latchkey_known']) assert.ok(!answer.body?.includes(answer.jar[name] ?? ''))
})

test('a username is taken in every spelling, and shown as it was typed', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey, { username: 'Straße' })
  for (const username of ['Straße', 'STRASSE', 'strasse', 'Ｓｔｒａｓｓｅ']) {
    const answer = await latchkey.call('POST', '/access/register', { body: { username, password: OTHER } })
    assert.equal(answer.status, 409)
    assert.equal(answer.json.code, 'username.taken')
  }
  const answer = await latchkey.call('POST', '/access/login', { body: { username: 'STRASSE', password: ALICE.password } })
  assert.equal(answer.json.user.username, 'Straße')
})

test('of concurrent registrations of one username one succeeds', async () => {
  await using latchkey = await startInProcess()
  const answers = await Promise.all(['Alice', 'alice', 'ALICE'].map((username) => register(latchkey, { username }).catch(() => 'taken')))
  assert.equal(answers.filter((answer) => answer === 'taken').length, 2)
})

test('invalid usernames and passwords are refused with the name of the field', async () => {
  await using latchkey = await startInProcess()
  const refused = [
    [{ username: 'a' }, 'username.invalid', 'username', 'length'],
    [{ username: 'a'.repeat(65) }, 'username.invalid', 'username', 'length'],
    [{ username: 'al ice' }, 'username.invalid', 'username', 'characters'],
    [{ username: 'alice\u0000' }, 'username.invalid', 'username', 'characters'],
    [{ username: 'al/ice' }, 'username.invalid', 'username', 'characters'],
    [{ username: '' }, 'username.invalid', 'username', 'length'],
    [{ password: 'x7!' }, 'password.too_short', 'password'],
    [{ password: '' }, 'password.too_short', 'password'],
    [{ password: 'x'.repeat(257) }, 'password.too_long', 'password'],
    [{ password: 'password123' }, 'password.too_common', 'password'],
    [{ password: 'alicealice' }, 'password.too_weak', 'password'],
  ] as const
  for (const [fields, code, field, reason] of refused) {
    const answer = await latchkey.call('POST', '/access/register', { body: { ...ALICE, ...fields } })
    assertRefused(answer, 422, code, { field, ...(reason !== undefined && { reason }) })
    assert.ok(!answer.body?.includes('alice'))
  }
})

test('a closed registration is refused with the setting', async () => {
  await using latchkey = await startInProcess({ registration: 'closed' })
  const answer = await latchkey.call('POST', '/access/register', { body: ALICE })
  assertRefused(answer, 403, 'registration.closed', { setting: 'LATCHKEY_REGISTRATION' })
})

test('login always starts a new session, and revokes the lineage of the request', async () => {
  await using latchkey = await startInProcess()
  const first = await register(latchkey, { remember: true })
  const answer = await latchkey.call('POST', '/access/login', { headers: { cookie: first.cookies }, body: { ...ALICE, remember: true } })
  assertSignedIn(answer, 200)
  assert.notEqual(answer.json.session.id, first.sid)
  assert.equal(answer.json.session.remembered, true)
  const { json } = await latchkey.call('GET', '/access/sessions', { headers: { authorization: answer.json.token } })
  assert.deepEqual(
    json.map(({ kind, sessions }: { kind: string; sessions: number }) => [kind, sessions]),
    [['remember_me', 1]],
  )
})

test('login revokes the session in the request’s header', async () => {
  await using latchkey = await startInProcess()
  const first = await latchkey.call('POST', '/access/register', { body: { ...ALICE, delivery: 'header' } })
  const headers = { authorization: `Session ${first.json.sessionCredential}` }
  const second = await latchkey.call('POST', '/access/login', { headers, body: { ...ALICE, delivery: 'header' } })
  assertSignedIn(second, 200)
  assertRefused(await latchkey.call('GET', '/access/session', { headers }), 401, 'session.required', { reason: 'revoked' })
})

test('wrong, unknown, disabled and impossible credentials get the same response and cost one hash', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  await register(latchkey, { username: 'Gone' })
  await setDisabled(latchkey.engine, 'operator', 'gone', true)
  const tries = [
    { ...ALICE, password: OTHER },
    { ...ALICE, username: 'Unknown' },
    { ...ALICE, username: 'Gone' },
    { ...ALICE, username: '!' },
    { ...ALICE, password: 'x'.repeat(10_000) },
    { ...ALICE, password: '' },
  ]
  const bodies = new Set<string | null>()
  for (const body of tries) {
    latchkey.resetCounts()
    const answer = await latchkey.call('POST', '/access/login', { body })
    assertRefused(answer, 401, 'credentials.invalid')
    assert.equal(latchkey.counts.hashes, 1)
    bodies.add(answer.body)
  }
  assert.equal(bodies.size, 1)
})

test('too many failed sign-ins are refused with Retry-After, even with the right password, until the time has passed', async () => {
  await using latchkey = await startInProcess({ loginLimit: '3/1m' })
  await register(latchkey)
  const wrong = { ...ALICE, password: OTHER }
  for (let guess = 0; guess < 3; guess += 1)
    assertRefused(await latchkey.call('POST', '/access/login', { body: wrong }), 401, 'credentials.invalid')
  latchkey.clock.advance(20_500)
  for (const body of [wrong, ALICE]) {
    const answer = await latchkey.call('POST', '/access/login', { body })
    assertRefused(answer, 429, 'rate.limited')
    assert.equal(answer.headers['retry-after'], '40')
  }
  latchkey.clock.advance(40_000)
  await login(latchkey)
})

test('a new token keeps the session and its absolute limit, and its lifetime ends with them', async () => {
  await using latchkey = await startInProcess({ sessionAbsoluteTimeout: '10m' })
  const alice = await register(latchkey)
  latchkey.clock.advance(7 * 60_000)
  const answer = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.session } })
  assertSignedIn(answer, 200)
  assert.equal(answer.json.session.id, alice.sid)
  assert.equal(answer.json.expiresIn, 180)
  assert.equal(answer.json.session.startedAt, '2026-05-03T12:00:00.000Z')
  assert.equal(answer.json.session.expiresAt, '2026-05-03T12:10:00.000Z')
})

test('a token issues no token', async () => {
  await using latchkey = await startInProcess()
  const { token: authorization } = await register(latchkey)
  assertRefused(await latchkey.call('POST', '/access/token', { headers: { authorization } }), 401, 'session.required', { reason: 'none' })
})

test('a remember-me login starts a remembered session and is rotated', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const answer = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  assertSignedIn(answer, 200)
  assert.equal(answer.json.session.remembered, true)
  assert.notEqual(answer.json.session.id, alice.sid)
  assert.notEqual(answer.jar.latchkey_remember, alice.jar.latchkey_remember)
  assert.equal(answer.json.sessionCredential, undefined)
})

test('an email address in a registration is stored, and returned to no client', async () => {
  await using latchkey = await startInProcess()
  const answers = [
    await latchkey.call('POST', '/access/register', { body: { ...ALICE, email: 'alice@example.com' } }),
    await latchkey.call('POST', '/access/login', { body: ALICE }),
  ]
  for (const { body } of answers) assert.ok(!body?.includes('example.com'))
  assert.equal((await latchkey.engine.store.users.find(answers[0]?.json.user.id))?.email, 'alice@example.com')
  assert.equal((await latchkey.engine.store.users.find((await register(latchkey, { username: 'Bob' })).userId))?.email, null)
})
