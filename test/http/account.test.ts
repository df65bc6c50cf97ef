// The routes of the account: change the password, delete the account.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signedInResponse } from '../../src/http/contract.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register, type SignedInUser } from '../support/users.ts'
import { assertRefused, codeOrStatus } from './support.ts'

const NEXT = 'red-heron-over-9-lakes'
const WRONG = 'not-this-one-at-all'

function change(latchkey: InProcess, user: SignedInUser, body: unknown = { current: ALICE.password, next: NEXT }, headers = {}) {
  return latchkey.call('POST', '/access/password', { headers: { authorization: user.token, ...headers }, body })
}

function remove(latchkey: InProcess, user: SignedInUser, body: unknown = { password: ALICE.password }) {
  return latchkey.call('DELETE', '/access/account', { headers: { authorization: user.token }, body })
}

test('a password change renews this session with its data, revokes every other credential, and replaces the old password', async () => {
  await using latchkey = await startInProcess()
  const elsewhere = await register(latchkey, { remember: true })
  const here = await login(latchkey, { remember: true })
  await latchkey.call('PATCH', '/access/session/data', { headers: { authorization: here.token }, body: { basket: [1] } })
  const answer = await change(latchkey, here, undefined, { cookie: here.cookies })
  assert.equal(answer.status, 200)
  assert.deepEqual(signedInResponse.strict().parse(answer.json), answer.json)
  assert.notEqual(answer.json.session.id, here.sid)
  assert.equal(answer.jar.latchkey_remember, '')
  const renewed = { cookie: `latchkey_session=${answer.jar.latchkey_session}` }
  const data = await latchkey.call('GET', '/access/session/data', { headers: renewed })
  assert.deepEqual(data.json.data, { basket: [1] })
  for (const user of [elsewhere, here]) {
    const byCookie = await latchkey.call('GET', '/access/session', { headers: { cookie: user.session } })
    assertRefused(byCookie, 401, 'session.required', { reason: 'revoked' })
    const byToken = await latchkey.call('GET', '/access/session', { headers: { authorization: user.token } })
    assertRefused(byToken, 401, 'token.invalid', { reason: 'session_ended' })
    const resumed = await latchkey.call('POST', '/access/token', { headers: { cookie: user.remembered } })
    assertRefused(resumed, 401, 'session.required', { reason: 'revoked' })
  }
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 401)
  await login(latchkey, { password: NEXT })
})

test('a password change by token alone still delivers the renewed session as before', async () => {
  await using latchkey = await startInProcess()
  const answer = await change(latchkey, await register(latchkey))
  assert.equal(answer.status, 200)
  assert.ok(answer.jar.latchkey_session)
  assert.equal(answer.jar.latchkey_remember, undefined)
})

test('a wrong current password is refused, and counts towards the login limit', async () => {
  await using latchkey = await startInProcess({ loginLimit: '2/5m' })
  const alice = await register(latchkey)
  for (let guess = 0; guess < 2; guess += 1)
    assertRefused(await change(latchkey, alice, { current: WRONG, next: NEXT }), 401, 'credentials.invalid')
  const limited = await change(latchkey, alice)
  assertRefused(limited, 429, 'rate.limited')
  assert.equal(limited.headers['retry-after'], '300')
  assertRefused(await remove(latchkey, alice), 429, 'rate.limited')
  const { json } = await latchkey.call('GET', '/access/audit-events', { headers: { authorization: alice.token } })
  assert.equal(
    json.events.filter((one: { action: string; outcome: string }) => one.action === 'password.change' && one.outcome === 'failure').length,
    2,
  )
})

test('an invalid new password changes nothing', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  for (const [next, code] of [
    ['x7!', 'password.too_short'],
    ['x'.repeat(257), 'password.too_long'],
    ['password123', 'password.too_common'],
    ['alicealice', 'password.too_weak'],
  ] as const)
    assertRefused(await change(latchkey, alice, { current: ALICE.password, next }), 422, code, { field: 'next' })
  for (const [body, field] of [
    [{ current: ALICE.password }, 'next'],
    [{ next: NEXT }, 'current'],
    [{ current: 1, next: NEXT }, 'current'],
    [{ current: ALICE.password, next: NEXT, username: 'x' }, 'username'],
  ] as const)
    assertRefused(await change(latchkey, alice, body), 422, 'request.invalid', { field })
  await login(latchkey)
})

test('of two concurrent password changes one succeeds', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const nexts = [NEXT, 'green-otter-in-4-rivers']
  const answers = await Promise.all(nexts.map((next) => change(latchkey, alice, { current: ALICE.password, next })))
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401])
  const succeeded = answers[0]?.status === 200 ? 0 : 1
  await login(latchkey, { password: nexts[succeeded] })
})

test('account deletion removes the user and all credentials, and the username stays taken', async () => {
  await using latchkey = await startInProcess()
  const elsewhere = await register(latchkey, { remember: true })
  const here = await login(latchkey)
  const answer = await remove(latchkey, here)
  assert.equal(answer.status, 204)
  assert.equal(answer.body, null)
  for (const user of [elsewhere, here]) {
    assert.equal(codeOrStatus(await latchkey.call('GET', '/access/session', { headers: { cookie: user.session } })), 'session.required')
    assert.equal(codeOrStatus(await latchkey.call('GET', '/access/session', { headers: { authorization: user.token } })), 'token.invalid')
    assert.equal(codeOrStatus(await remove(latchkey, user)), 'token.invalid')
  }
  assert.equal(
    codeOrStatus(await latchkey.call('POST', '/access/token', { headers: { cookie: elsewhere.remembered } })),
    'session.required',
  )
  assertRefused(await latchkey.call('POST', '/access/login', { body: ALICE }), 401, 'credentials.invalid')
  assertRefused(await latchkey.call('POST', '/access/register', { body: ALICE }), 409, 'username.taken', { field: 'username' })
  assert.deepEqual(await latchkey.engine.store.auditEvents.list(here.userId, null, 10), [])
})

test('a wrong password deletes nothing', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  assertRefused(await remove(latchkey, alice, { password: WRONG }), 401, 'credentials.invalid')
  assertRefused(await remove(latchkey, alice, {}), 422, 'request.invalid', { field: 'password' })
  const bare = await latchkey.call('DELETE', '/access/account', { headers: { authorization: alice.token } })
  assertRefused(bare, 415, 'request.unsupported_type')
  await login(latchkey)
})

test('failed sign-ins of others do not block a known device from a password change or an account deletion', async () => {
  await using latchkey = await startInProcess({ loginLimit: '2/5m' })
  const alice = await register(latchkey)
  const known = { cookie: `latchkey_known=${alice.jar.latchkey_known}` }
  for (let guess = 0; guess < 2; guess += 1) await latchkey.call('POST', '/access/login', { body: { ...ALICE, password: WRONG } })
  assertRefused(await change(latchkey, alice), 429, 'rate.limited')
  const changed = await change(latchkey, alice, undefined, known)
  assert.equal(changed.status, 200)
  const headers = { authorization: changed.json.token, ...known }
  assert.equal((await latchkey.call('DELETE', '/access/account', { headers, body: { password: NEXT } })).status, 204)
})
