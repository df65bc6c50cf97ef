// The reasons why a session, token or remember-me login is no longer accepted.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setDisabled } from '../../src/engine/users.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { login, register, type SignedInUser } from '../support/users.ts'
import { assertRefused } from './support.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** Checks the session cookie, the token, and the session on the token path. */
async function assertEnded(latchkey: InProcess, user: SignedInUser, reason: string, ofToken = 'session_ended'): Promise<void> {
  const cookie = { cookie: user.session }
  assertRefused(await latchkey.call('GET', '/access/session', { headers: cookie }), 401, 'session.required', { reason })
  assertRefused(await latchkey.call('POST', '/access/token', { headers: cookie }), 401, 'session.required', { reason })
  const byToken = await latchkey.call('GET', '/access/session', { headers: { authorization: user.token } })
  assertRefused(byToken, 401, 'token.invalid', { reason: ofToken })
  assert.equal(byToken.headers['www-authenticate'], 'Bearer error="invalid_token"')
}

test('an unused session is refused as idle', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.clock.advance(20 * MINUTE)
  await assertEnded(latchkey, alice, 'idle', 'expired')
  latchkey.clock.advance(11 * 60 * MINUTE)
  await assertEnded(latchkey, alice, 'idle', 'expired')
})

test('a session at its absolute limit is refused as expired, and its token never outlives it', async () => {
  await using latchkey = await startInProcess({ sessionAbsoluteTimeout: '2m' })
  const alice = await register(latchkey)
  const minted = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.session } })
  assert.equal(minted.json.expiresIn, 120)
  latchkey.clock.advance(2 * MINUTE)
  await assertEnded(latchkey, alice, 'expired', 'expired')
})

test('a session is refused as revoked after logout, revocation from elsewhere, or a new sign-in', async () => {
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

test('the credentials of a disabled user are refused as revoked', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  await setDisabled(latchkey.engine, 'operator', 'alice', true)
  await assertEnded(latchkey, alice, 'revoked')
  const resumed = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  assertRefused(resumed, 401, 'session.required', { reason: 'revoked' })
})

test('a remember-me login is refused with the reason', async () => {
  await using latchkey = await startInProcess()
  const resume = (cookie: string) => latchkey.call('POST', '/access/token', { headers: { cookie } })
  assertRefused(await resume('latchkey_remember=abc.def'), 401, 'session.required', { reason: 'unknown' })
  assertRefused(await resume('latchkey_remember='), 401, 'session.required', { reason: 'unknown' })
  assertRefused(await resume('other=a'), 401, 'session.required', { reason: 'none' })

  const ended = await register(latchkey, { remember: true })
  await latchkey.call('POST', `/access/logout/${ended.userId}`, { headers: { authorization: ended.token } })
  assertRefused(await resume(ended.remembered), 401, 'session.required', { reason: 'revoked' })

  const late = await login(latchkey, { remember: true })
  latchkey.clock.advance(30 * DAY)
  assertRefused(await resume(late.remembered), 401, 'session.required', { reason: 'expired' })
})

test('an older generation of a remember-me login is suspected theft, for the whole lineage', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const resumed = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  const session = `latchkey_session=${resumed.jar.latchkey_session}`
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: session } })).status, 200)
  latchkey.clock.advance(MINUTE)
  const thief = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  assertRefused(thief, 401, 'session.required', { reason: 'theft_suspected' })
  const rotated = `latchkey_remember=${resumed.jar.latchkey_remember}`
  const owner = await latchkey.call('POST', '/access/token', { headers: { cookie: rotated } })
  assertRefused(owner, 401, 'session.required', { reason: 'theft_suspected' })
  const reader = await latchkey.call('GET', '/access/session', { headers: { cookie: session } })
  assertRefused(reader, 401, 'session.required', { reason: 'theft_suspected' })
})

test('an expired session cookie beside a remember-me login is refreshable, and the token path resumes the session', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  latchkey.clock.advance(20 * MINUTE)
  const headers = { cookie: alice.cookies }
  const asked = await latchkey.call('GET', '/access/session', { headers })
  assertRefused(asked, 401, 'session.required', { reason: 'idle', refreshable: true })
  const resumed = await latchkey.call('POST', '/access/token', { headers })
  assert.equal(resumed.status, 200)
  assert.equal(resumed.json.session.remembered, true)
  assert.notEqual(resumed.json.session.id, alice.sid)
})
