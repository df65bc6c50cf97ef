// The credential cache: bounded, and never without revocations.

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
  const requested = { flushes: 0 }
  const cache = new CredentialCache({
    capacity,
    idleTimeout: IDLE,
    deviceBinding: 'preferred',
    observe: () => {},
    flushInterval: FLUSH,
    isFeedCurrent: () => true,
    requestFlush: () => (requested.flushes += 1),
  })
  const putToken = (raw: string, sid: string, at = 0) =>
    cache.putToken(raw, principalOf(sid), cache.upsertSession(sid, at, undefined), 1_000_000)
  return { cache, requested, putToken }
}

test('the cache never holds more credentials than its capacity', () => {
  const { cache, putToken } = createCache(1000)
  for (let index = 0; index < 100_000; index += 1) putToken(`raw${index}`, `sid${index}`)
  let kept = 0
  for (let index = 0; index < 100_000; index += 1) if (cache.get('token', `raw${index}`, 1, true)) kept += 1
  assert.ok(kept <= 1000 && kept >= 400, String(kept))
})

test('a busy credential is invalidated by its revocation, however many sessions were cached and evicted meanwhile', () => {
  const { cache, putToken } = createCache(100)
  putToken('busy-token', 'its session')
  for (let index = 0; index < 5_000; index += 1) {
    putToken(`raw${index}`, `sid${index}`)
    cache.get('token', 'busy-token', 1, true)
  }
  cache.invalidate('its session')
  assert.equal(cache.get('token', 'busy-token', 1, true), undefined)
})

test('a busy credential stays in the cache, whatever else is cached and evicted', () => {
  const { cache, putToken } = createCache(100)
  putToken('busy-token', 'its session')
  let kept = 0
  for (let index = 0; index < 5_000; index += 1) {
    putToken(`raw${index}`, `sid${index}`)
    if (cache.get('token', 'busy-token', 1, true)) kept += 1
  }
  assert.ok(kept > 4_900, String(kept))
})

test('no cached credential outlives the cache entry of its session', () => {
  const { cache, putToken } = createCache(100)
  putToken('first', 'shared')
  for (let index = 0; index < 5_000; index += 1) cache.upsertSession(`sid${index}`, 0, undefined)
  assert.equal(cache.get('token', 'first', 1, true), undefined)
})

test('uses are collected, and restored when they could not be written', () => {
  const { cache, putToken } = createCache()
  putToken('a', 's1')
  cache.get('token', 'a', 10, false)
  cache.get('token', 'a', 20, false)
  const taken = cache.takeDirty()
  assert.deepEqual(taken, [{ id: 's1', at: 20 }])
  assert.deepEqual(cache.takeDirty(), [])
  cache.restoreDirty(taken)
  assert.deepEqual(cache.takeDirty(), taken)
})

test('a use late in the idle timeout is flushed at once, so that no other process considers the session idle', () => {
  const { cache, requested, putToken } = createCache()
  putToken('a', 's1', 0)
  cache.get('token', 'a', IDLE / 2, false)
  assert.equal(requested.flushes, 0)
  cache.get('token', 'a', IDLE / 2 + 1, false)
  assert.equal(requested.flushes, 1)
  cache.get('token', 'a', IDLE / 2 + 2, false)
  assert.equal(requested.flushes, 1)
})

test('the secret of one session with the id of another is not accepted', () => {
  const { cache } = createCache()
  const [first, second] = ['first', 'other'].map((id) => makeSession({ id, lastSeenAt: 0, expiresAt: 1_000_000 }))
  assert.ok(first && second)
  for (const record of [first, second]) cache.putSession(`${record.id}.secret-of-${record.id}`, cache.upsertSession(record.id, 0, record))
  assert.equal(cache.get('session', 'first.secret-of-first', 1, true)?.sid, 'first')
  for (const wrong of ['other.secret-of-first', 'secret-of-first', '.secret-of-first', 'first.', 'first', 'firstxsecret-of-first', ''])
    assert.equal(cache.get('session', wrong, 1, true), undefined, wrong)
  assert.equal(cache.get('token', 'first.secret-of-first', 1, true), undefined)
})
