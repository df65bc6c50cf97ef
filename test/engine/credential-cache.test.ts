// The memory of verified credentials: bounded, and never deaf to an ending.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CredentialCache } from '../../src/engine/credential-cache.ts'
import type { Principal } from '../../src/engine/principal.ts'
import { makeSession } from '../../src/testing/samples.ts'

const IDLE = 60_000
const FLUSH = 15_000

function principalOf(sid: string): Principal {
  return { userId: 'usr_a', roles: [], sid, amr: ['pwd'], authTime: 0 }
}

function createCache(capacity = 100) {
  const asked = { flushes: 0 }
  const verified = new CredentialCache({
    capacity,
    idleTimeout: IDLE,
    deviceBinding: 'preferred',
    observe: () => {},
    flushInterval: FLUSH,
    isFeedCurrent: () => true,
    requestFlush: () => (asked.flushes += 1),
  })
  const remember = (raw: string, sid: string, at = 0) =>
    verified.putToken(raw, principalOf(sid), verified.upsertSession(sid, at, undefined), 1_000_000)
  return { verified, asked, remember }
}

test('however many credentials are verified, no more than the capacity is kept', () => {
  const { verified, remember } = createCache(1000)
  for (let index = 0; index < 100_000; index += 1) remember(`raw${index}`, `sid${index}`)
  let kept = 0
  for (let index = 0; index < 100_000; index += 1) if (verified.get('token', `raw${index}`, 1, true)) kept += 1
  assert.ok(kept <= 1000 && kept >= 400, String(kept))
})

test('a busy credential hears of its ending, however many sessions came and went meanwhile', () => {
  const { verified, remember } = createCache(100)
  remember('server.busy', 'its session')
  for (let index = 0; index < 5_000; index += 1) {
    remember(`raw${index}`, `sid${index}`)
    verified.get('token', 'server.busy', 1, true)
  }
  verified.invalidate('its session')
  assert.equal(verified.get('token', 'server.busy', 1, true), undefined)
})

test('a busy credential stays in memory, whatever comes and goes', () => {
  const { verified, remember } = createCache(100)
  remember('server.busy', 'its session')
  let kept = 0
  for (let index = 0; index < 5_000; index += 1) {
    remember(`raw${index}`, `sid${index}`)
    if (verified.get('token', 'server.busy', 1, true)) kept += 1
  }
  assert.ok(kept > 4_900, String(kept))
})

test('no credential outlives the memory of its session', () => {
  const { verified, remember } = createCache(100)
  remember('first', 'shared')
  for (let index = 0; index < 5_000; index += 1) verified.upsertSession(`sid${index}`, 0, undefined)
  assert.equal(verified.get('token', 'first', 1, true), undefined)
})

test('uses are gathered, and given back when they could not be written', () => {
  const { verified, remember } = createCache()
  remember('a', 's1')
  verified.get('token', 'a', 10, false)
  verified.get('token', 'a', 20, false)
  const taken = verified.takeDirty()
  assert.deepEqual(taken, [{ id: 's1', at: 20 }])
  assert.deepEqual(verified.takeDirty(), [])
  verified.restoreDirty(taken)
  assert.deepEqual(verified.takeDirty(), taken)
})

test('a use late in the idle time is flushed at once, so that no other process takes the session for idle', () => {
  const { verified, asked, remember } = createCache()
  remember('a', 's1', 0)
  verified.get('token', 'a', IDLE / 2, false)
  assert.equal(asked.flushes, 0)
  verified.get('token', 'a', IDLE / 2 + 1, false)
  assert.equal(asked.flushes, 1)
  verified.get('token', 'a', IDLE / 2 + 2, false)
  assert.equal(asked.flushes, 1)
})

test('the secret of one session under the id of another is none', () => {
  const { verified } = createCache()
  const [first, second] = ['first', 'other'].map((id) => makeSession({ id, lastSeenAt: 0, expiresAt: 1_000_000 }))
  assert.ok(first && second)
  for (const record of [first, second])
    verified.putSession(`${record.id}.secret-of-${record.id}`, verified.upsertSession(record.id, 0, record))
  assert.equal(verified.get('session', 'first.secret-of-first', 1, true)?.sid, 'first')
  for (const wrong of ['other.secret-of-first', 'secret-of-first', '.secret-of-first', 'first.', 'first', 'firstxsecret-of-first', ''])
    assert.equal(verified.get('session', wrong, 1, true), undefined, wrong)
  assert.equal(verified.get('token', 'first.secret-of-first', 1, true), undefined)
})
