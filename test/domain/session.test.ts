// Session evaluation, to the millisecond.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CredentialRecord, PresentedCredential, Tombstone } from '../../src/domain/credential.ts'
import { evaluateLifetime, evaluateSession, isFresh } from '../../src/domain/session.ts'
import { makeRememberMe, makeSession } from '../../src/testing/samples.ts'

const IDLE = 1000
const LIMITS = { sessionIdleTimeout: IDLE }
const session = makeSession({ id: 's', hash: 'h', lastSeenAt: 0, expiresAt: 5000 })
const presented: PresentedCredential = { kind: 'session', id: 's', generation: 1, hash: 'h' }
const tombstone: Tombstone = { kind: 'tombstone', was: 'session', id: 's', hash: 'h', reason: 'revoked', endedAt: 1, expiresAt: 5000 }

/** description, stored record, last seen by this process, now, result */
const LIFETIME_CASES: readonly (readonly [string, CredentialRecord | Tombstone | undefined, number, number, string])[] = [
  ['just used', session, 0, 0, 'ok'],
  ['a millisecond before it idles', session, 0, IDLE - 1, 'ok'],
  ['idle', session, 0, IDLE, 'idle'],
  ['used later than stored', session, 500, 500 + IDLE - 1, 'ok'],
  ['used later than stored, and idle since', session, 500, 500 + IDLE, 'idle'],
  ['used in another process, later than here', { ...session, lastSeenAt: 700 }, 500, 700 + IDLE - 1, 'ok'],
  ['a clock that was set back', session, 4000, 100, 'ok'],
  ['a millisecond before the absolute limit', session, 4999, 4999, 'ok'],
  ['at the absolute limit', session, 4999, 5000, 'expired'],
  ['past both limits', session, 0, 9000, 'expired'],
  ['no record', undefined, 0, 0, 'unknown'],
  ['a remember-me login with the same hash', makeRememberMe({ id: 's', hash: 'h' }), 0, 0, 'unknown'],
  ['revoked', tombstone, 0, 0, 'revoked'],
  ['revoked for suspected theft', { ...tombstone, reason: 'theft_suspected' }, 0, 0, 'theft_suspected'],
]

for (const [what, found, seen, now, verdict] of LIFETIME_CASES) {
  test(`${what}: ${verdict}`, () => {
    const expected = verdict === 'ok' ? { ok: true, session: found } : { ok: false, reason: verdict }
    assert.deepEqual(evaluateLifetime(found, seen, now, LIMITS), expected)
    assert.deepEqual(evaluateSession(found, presented, seen, now, LIMITS), expected)
  })
}

test('a wrong secret is unknown, whatever the state of the session: only its holder gets the reason', () => {
  for (const found of [session, tombstone, { ...session, expiresAt: 0 }]) {
    assert.deepEqual(evaluateSession(found, { ...presented, hash: 'H' }, 0, 0, LIMITS), { ok: false, reason: 'unknown' })
  }
})

test('fresh: a password in this session, within the fresh age', () => {
  assert.equal(isFresh({ amr: ['pwd'], authTime: 1000 }, 1299, 300), true)
  assert.equal(isFresh({ amr: ['pwd'], authTime: 1000 }, 1300, 300), false)
  assert.equal(isFresh({ amr: ['remembered'], authTime: 1000 }, 1000, 300), false)
  assert.equal(isFresh({ amr: [], authTime: 1000 }, 1000, 300), false)
  assert.equal(isFresh({ amr: ['pwd'], authTime: 1000 }, 1000, 0), false)
})
