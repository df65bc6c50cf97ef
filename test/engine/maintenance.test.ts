// The maintenance job: revokes idle and expired sessions like any other revocation, and deletes outdated records.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import { DAY } from '../../src/domain/time.ts'
import { sweep } from '../../src/engine/maintenance.ts'
import { startInProcess } from '../support/in-process.ts'
import { login, register } from '../support/users.ts'
import { waitFor } from '../support/wait-for.ts'

test('an idle session becomes a tombstone with a reason, a revocation log entry and an audit event', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  latchkey.clock.advance(20 * 60_000)
  await sweep(latchkey.engine)
  const found = await latchkey.engine.store.credentials.find(alice.sid)
  assert.equal(found?.kind === 'tombstone' && found.reason, 'idle')
  await waitFor('the revocation', () => latchkey.engine.revocationFeed.revocationReason(alice.sid) === 'idle')
  const again = await login(latchkey)
  const { json } = await latchkey.call('GET', '/access/audit-events', { headers: { cookie: again.session } })
  const ended = json.events.find((event: { action: string }) => event.action === 'session.revoke')
  assert.deepEqual(ended.detail, { kind: 'session', reason: 'idle' })
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).json.reason, 'idle')
})

test('a session in use is not revoked, although its last use is not written yet', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.clock.advance(19 * 60_000)
  await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })
  latchkey.clock.advance(2 * 60_000)
  await sweep(latchkey.engine)
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
})

test('the reason of an expired session is available for a day, then the tombstone is deleted', async () => {
  await using latchkey = await startInProcess({ sessionIdleTimeout: '12h' })
  const alice = await register(latchkey)
  latchkey.clock.advance(DAY / 2)
  await sweep(latchkey.engine)
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).json.reason, 'expired')
  latchkey.clock.advance(DAY + 1)
  await sweep(latchkey.engine)
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).json.reason, 'unknown')
  assert.equal(await latchkey.engine.store.credentials.find(alice.sid), undefined)
})

test('audit events are deleted after their retention, and the revocation log is trimmed', async () => {
  await using latchkey = await startInProcess({ auditRetention: '30d' })
  const alice = await register(latchkey)
  await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  latchkey.clock.advance(31 * DAY)
  await sweep(latchkey.engine)
  assert.deepEqual(await latchkey.engine.store.auditEvents.list(alice.userId, null, 10), [])
  assert.equal(await latchkey.engine.store.log.trim(latchkey.clock.now()), 0)
})

test('a store that is too full for writes still deletes outdated records', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.clock.advance(2 * DAY)
  await sweep(latchkey.engine)
  latchkey.clock.advance(31 * DAY)
  const { store } = latchkey.engine
  const full = async () => Promise.reject(new StoreError('The store is full.'))
  const parts = { ...latchkey.engine, store: { ...store, write: full, credentials: { ...store.credentials, touch: full } } }
  await register(latchkey, { username: 'Bob' })
  latchkey.clock.advance(20 * 60_000)
  await assert.rejects(sweep(parts), StoreError)
  assert.equal(await store.credentials.find(alice.sid), undefined)
})

test('signing keys rotate by age, and the retired key verifies while its tokens are valid', async () => {
  await using latchkey = await startInProcess()
  const before = latchkey.engine.keys.published().map(({ kid }) => kid)
  latchkey.clock.advance(90 * DAY)
  const alice = await register(latchkey)
  await sweep(latchkey.engine)
  const after = latchkey.engine.keys.published().map(({ kid }) => kid)
  assert.equal(after[0], before[1], 'the key published as next signs')
  assert.ok(after.includes(before[0] ?? ''))
  assert.equal((await latchkey.call('GET', '/access/client-data', { headers: { authorization: alice.token } })).status, 200)
  latchkey.clock.advance(10 * 60_000)
  assert.ok(!latchkey.engine.keys.published().some(({ kid }) => kid === before[0]))
})

test('a failed flush keeps the last-seen times for the next one', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.clock.advance(60_000)
  await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })
  const { credentials } = latchkey.engine.store
  const touch = credentials.touch
  credentials.touch = () => Promise.reject(new Error('down'))
  await assert.rejects(sweep(latchkey.engine))
  credentials.touch = touch
  await sweep(latchkey.engine)
  const found = await credentials.find(alice.sid)
  assert.equal(found?.kind === 'session' && found.lastSeenAt, latchkey.clock.now())
})
