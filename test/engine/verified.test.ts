// The memory of verified credentials: bounded, and never deaf to an ending.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '../../src/engine/principal.ts'
import { Verified } from '../../src/engine/verified.ts'
import { aSession } from '../../src/testing/samples.ts'

const IDLE = 60_000
const FLUSH = 15_000

function principalOf(sid: string): Principal {
  return { userId: 'usr_a', roles: [], sid, amr: ['pwd'], authTime: 0 }
}

function memory(capacity = 100) {
  const asked = { flushes: 0 }
  const verified = new Verified({
    capacity,
    idleTimeout: IDLE,
    deviceBinding: 'preferred',
    look: () => {},
    flushInterval: FLUSH,
    isHeard: () => true,
    flushSoon: () => (asked.flushes += 1),
  })
  const remember = (raw: string, sid: string, at = 0) =>
    verified.rememberToken(raw, principalOf(sid), verified.learn(sid, at, undefined), 1_000_000)
  return { verified, asked, remember }
}

test('however many credentials are verified, no more than the capacity is kept', () => {
  const { verified, remember } = memory(1000)
  for (let index = 0; index < 100_000; index += 1) remember(`raw${index}`, `sid${index}`)
  let kept = 0
  for (let index = 0; index < 100_000; index += 1) if (verified.recall('token', `raw${index}`, 1, true)) kept += 1
  assert.ok(kept <= 1000 && kept >= 400, String(kept))
})

test('a busy credential hears of its ending, however many sessions came and went meanwhile', () => {
  const { verified, remember } = memory(100)
  remember('server.busy', 'its session')
  for (let index = 0; index < 5_000; index += 1) {
    remember(`raw${index}`, `sid${index}`)
    verified.recall('token', 'server.busy', 1, true)
  }
  verified.forget('its session')
  assert.equal(verified.recall('token', 'server.busy', 1, true), undefined)
})

test('a busy credential stays in memory, whatever comes and goes', () => {
  const { verified, remember } = memory(100)
  remember('server.busy', 'its session')
  let kept = 0
  for (let index = 0; index < 5_000; index += 1) {
    remember(`raw${index}`, `sid${index}`)
    if (verified.recall('token', 'server.busy', 1, true)) kept += 1
  }
  assert.ok(kept > 4_900, String(kept))
})

test('no credential outlives the memory of its session', () => {
  const { verified, remember } = memory(100)
  remember('first', 'shared')
  for (let index = 0; index < 5_000; index += 1) verified.learn(`sid${index}`, 0, undefined)
  assert.equal(verified.recall('token', 'first', 1, true), undefined)
})

test('uses are gathered, and given back when they could not be written', () => {
  const { verified, remember } = memory()
  remember('a', 's1')
  verified.recall('token', 'a', 10, false)
  verified.recall('token', 'a', 20, false)
  const taken = verified.takeUnflushed()
  assert.deepEqual(taken, [{ id: 's1', at: 20 }])
  assert.deepEqual(verified.takeUnflushed(), [])
  verified.restoreUnflushed(taken)
  assert.deepEqual(verified.takeUnflushed(), taken)
})

test('a use late in the idle time is flushed at once, so that no other process takes the session for idle', () => {
  const { verified, asked, remember } = memory()
  remember('a', 's1', 0)
  verified.recall('token', 'a', IDLE / 2, false)
  assert.equal(asked.flushes, 0)
  verified.recall('token', 'a', IDLE / 2 + 1, false)
  assert.equal(asked.flushes, 1)
  verified.recall('token', 'a', IDLE / 2 + 2, false)
  assert.equal(asked.flushes, 1)
})

test('the secret of one session under the id of another is none', () => {
  const { verified } = memory()
  const [first, second] = ['first', 'other'].map((id) => aSession({ id, lastSeenAt: 0, expiresAt: 1_000_000 }))
  assert.ok(first && second)
  for (const record of [first, second])
    verified.rememberSession(`${record.id}.secret-of-${record.id}`, verified.learn(record.id, 0, record))
  assert.equal(verified.recall('session', 'first.secret-of-first', 1, true)?.sid, 'first')
  for (const wrong of ['other.secret-of-first', 'secret-of-first', '.secret-of-first', 'first.', 'first', 'firstxsecret-of-first', ''])
    assert.equal(verified.recall('session', wrong, 1, true), undefined, wrong)
  assert.equal(verified.recall('token', 'first.secret-of-first', 1, true), undefined)
})
