// Cached sessions: all times are returned as they were stored.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DAY, MINUTE } from '../../src/domain/time.ts'
import { CachedSession, currentEpoch } from '../../src/engine/cached-session.ts'
import { principalOfSession, sessionViewOf } from '../../src/engine/principal.ts'
import { makeSession } from '../../src/testing/samples.ts'

const NOW = Date.UTC(2026, 10, 23, 12, 0, 0, 123)

for (const [what, lifetime, age] of [
  ['a session of a day', DAY, MINUTE],
  ['a session of a year', 365 * DAY, 100 * DAY],
  ['a password entered long before', DAY, 1_000 * DAY],
] as const)
  test(`${what}: the cached view and principal are those of the record`, () => {
    const record = makeSession({ startedAt: NOW - MINUTE, lastSeenAt: NOW, expiresAt: NOW + lifetime, authTime: NOW - age })
    const cached = new CachedSession(record.id, NOW, { at: NOW - 3 * DAY })
    assert.equal(cached.view, undefined)
    cached.update(record, 'preferred')
    assert.deepEqual(cached.view, sessionViewOf(record))
    assert.deepEqual(cached.principal, principalOfSession(record))
    assert.equal(cached.expiresAt, record.expiresAt)
    assert.deepEqual([cached.lastSeenAt, cached.flushedSeenAt], [NOW, NOW])
    cached.lastSeenAt = NOW + 7
    cached.flushedSeenAt = NOW + 5
    assert.deepEqual([cached.lastSeenAt, cached.flushedSeenAt], [NOW + 7, NOW + 5])
  })

test('an epoch is shared for a day, before and after', () => {
  const epoch = currentEpoch(undefined, NOW)
  assert.equal(currentEpoch(epoch, NOW + DAY - 1), epoch)
  assert.equal(currentEpoch(epoch, NOW - DAY + 1), epoch)
  assert.deepEqual(currentEpoch(epoch, NOW + DAY), { at: NOW + DAY })
  assert.deepEqual(currentEpoch(epoch, NOW - DAY), { at: NOW - DAY })
})
