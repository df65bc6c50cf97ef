// Why a credential is no longer good, as its bearer is told: by session, by token, by remembered login.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setDisabled } from '../../src/engine/users.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { login, register, type SignedInUser } from '../support/users.ts'
import { assertRefused } from './support.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** Session cookie, token, and the session at the token path. */
async function assertEnded(latchkey: InProcess, person: SignedInUser, reason: string, ofToken = 'session_ended'): Promise<void> {
  const cookie = { cookie: person.session }
  assertRefused(await latchkey.call('GET', '/access/session', { headers: cookie }), 401, 'session.required', { reason })
  assertRefused(await latchkey.call('POST', '/access/token', { headers: cookie }), 401, 'session.required', { reason })
  const byToken = await latchkey.call('GET', '/access/session', { headers: { authorization: person.token } })
  assertRefused(byToken, 401, 'token.invalid', { reason: ofToken })
  assert.equal(byToken.headers['www-authenticate'], 'Bearer error="invalid_token"')
}

test('a session that nobody used is told to be idle', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.clock.advance(20 * MINUTE)
  await assertEnded(latchkey, alice, 'idle', 'expired')
  latchkey.clock.advance(11 * 60 * MINUTE)
  await assertEnded(latchkey, alice, 'idle', 'expired')
})

test('a session at its absolute limit is told to have expired, and its token never outlives it', async () => {
  await using latchkey = await startInProcess({ sessionAbsoluteTimeout: '2m' })
  const alice = await register(latchkey)
  const minted = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.session } })
  assert.equal(minted.json.expiresIn, 120)
  latchkey.clock.advance(2 * MINUTE)
  await assertEnded(latchkey, alice, 'expired', 'expired')
})

test('a session that was logged out, ended from elsewhere or signed in over is told to be revoked', async () => {
  await using latchkey = await startInProcess()
  const first = await register(latchkey)
  await latchkey.call('POST', `/access/logout/${first.userId}`, { headers: { authorization: first.token } })
  await assertEnded(latchkey, first, 'revoked')
  const second = await login(latchkey)
  const third = await login(latchkey)
  await latchkey.call('DELETE', `/access/sessions/${second.sid}`, { headers: { authorization: third.token } })
  await assertEnded(latchkey, second, 'revoked')
  await login(latchkey, {}, { headers: { cookie: third.cookies } })
  await assertEnded(latchkey, third, 'revoked')
})

test('the credentials of a disabled user are revoked', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  await setDisabled(latchkey.engine, 'operator', 'alice', true)
  await assertEnded(latchkey, alice, 'revoked')
  const restoring = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  assertRefused(restoring, 401, 'session.required', { reason: 'revoked' })
})

test('a remembered login is told why it no longer restores', async () => {
  await using latchkey = await startInProcess()
  const restore = (cookie: string) => latchkey.call('POST', '/access/token', { headers: { cookie } })
  assertRefused(await restore('latchkey_remember=abc.def'), 401, 'session.required', { reason: 'unknown' })
  assertRefused(await restore('latchkey_remember='), 401, 'session.required', { reason: 'unknown' })
  assertRefused(await restore('other=a'), 401, 'session.required', { reason: 'none' })

  const ended = await register(latchkey, { remember: true })
  await latchkey.call('POST', `/access/logout/${ended.userId}`, { headers: { authorization: ended.token } })
  assertRefused(await restore(ended.remembered), 401, 'session.required', { reason: 'revoked' })

  const late = await login(latchkey, { remember: true })
  latchkey.clock.advance(30 * DAY)
  assertRefused(await restore(late.remembered), 401, 'session.required', { reason: 'expired' })
})

test('an older generation of a remembered login is theft, and its whole lineage is told so', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const restored = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  const session = `latchkey_session=${restored.jar.latchkey_session}`
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: session } })).status, 200)
  latchkey.clock.advance(MINUTE)
  const thief = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  assertRefused(thief, 401, 'session.required', { reason: 'theft_suspected' })
  const rotated = `latchkey_remember=${restored.jar.latchkey_remember}`
  const owner = await latchkey.call('POST', '/access/token', { headers: { cookie: rotated } })
  assertRefused(owner, 401, 'session.required', { reason: 'theft_suspected' })
  const reader = await latchkey.call('GET', '/access/session', { headers: { cookie: session } })
  assertRefused(reader, 401, 'session.required', { reason: 'theft_suspected' })
})

test('a dead session cookie beside a remembered login is refreshable, and the token path restores it', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  latchkey.clock.advance(20 * MINUTE)
  const headers = { cookie: alice.cookies }
  const asked = await latchkey.call('GET', '/access/session', { headers })
  assertRefused(asked, 401, 'session.required', { reason: 'idle', refreshable: true })
  const restored = await latchkey.call('POST', '/access/token', { headers })
  assert.equal(restored.status, 200)
  assert.equal(restored.json.session.remembered, true)
  assert.notEqual(restored.json.session.id, alice.sid)
})
