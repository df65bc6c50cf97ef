// Evaluation of remember-me logins, case by case and to the millisecond; test/model enumerates sequences of them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CredentialRecord, PresentedCredential, RememberMeRecord, Tombstone } from '../../src/domain/credential.ts'
import { evaluateRememberMe, rotateRememberMe, withRotatedSessionUsed } from '../../src/domain/remember-me-login.ts'
import { makeRememberMe, makeSession } from '../../src/testing/samples.ts'

const WINDOW = 30_000
const AT = 100_000
const login: RememberMeRecord = makeRememberMe({
  id: 'r',
  hash: 'third',
  previousHash: 'second',
  generation: 3,
  rotatedAt: AT,
  expiresAt: 1_000_000,
  rotatedSessionId: 'rotated',
  userAgent: 'owner',
})
const used = { ...login, rotatedSessionUsed: true }
const tombstone: Tombstone = { kind: 'tombstone', was: 'remember_me', id: 'r', hash: 'third', reason: 'revoked', endedAt: 1, expiresAt: 9 }

const current = { generation: 3, hash: 'third' }
const previous = { generation: 2, hash: 'second' }

type Case = readonly [
  what: string,
  found: CredentialRecord | Tombstone | undefined,
  presented: Pick<PresentedCredential, 'generation' | 'hash'>,
  device: string,
  now: number,
  verdict: string,
]

const CASES: readonly Case[] = [
  ['the current secret', login, current, 'owner', AT, 'rotate'],
  ['the current secret from another browser', login, current, 'other', AT + WINDOW + 1, 'rotate'],
  ['the current secret, rotated session used', used, current, 'owner', AT + WINDOW + 1, 'rotate'],
  ['the current secret a millisecond before it expires', login, current, 'owner', 999_999, 'rotate'],
  ['the current secret, expired', login, current, 'owner', 1_000_000, 'refuse expired'],
  ['an older secret, expired', used, { generation: 1, hash: 'first' }, 'owner', 1_000_000, 'refuse expired'],
  ['the previous secret at once', login, previous, 'owner', AT, 'concurrent'],
  ['the previous secret at the end of the window', used, previous, 'owner', AT + WINDOW, 'concurrent'],
  ['the previous secret by a clock that is behind', used, previous, 'owner', AT - 5000, 'concurrent'],
  ['the previous secret from another browser', login, previous, 'other', AT, 'theft_suspected'],
  ['the previous secret from another browser at the end of the window', login, previous, 'other', AT + WINDOW, 'theft_suspected'],
  ['the previous secret after the window, rotated session unused', login, previous, 'owner', AT + WINDOW + 1, 'rotate again'],
  ['the same from another browser', login, previous, 'other', AT + WINDOW + 1, 'rotate again'],
  ['the previous secret after the window, rotated session used', used, previous, 'owner', AT + WINDOW + 1, 'theft_suspected'],
  ['an older secret', login, { generation: 1, hash: 'first' }, 'owner', AT, 'theft_suspected'],
  ['a sibling of the previous secret', login, { generation: 2, hash: 'lost' }, 'owner', AT, 'theft_suspected'],
  ['a sibling of the current secret', login, { generation: 3, hash: 'in an older copy' }, 'owner', AT, 'refuse unknown'],
  ['a secret of the future', login, { generation: 4, hash: 'fourth' }, 'owner', AT, 'refuse unknown'],
  ['no record', undefined, current, 'owner', AT, 'refuse unknown'],
  ['a session with that id', makeSession({ id: 'r', hash: 'third' }), current, 'owner', AT, 'refuse unknown'],
  ['revoked', tombstone, current, 'owner', AT, 'refuse revoked'],
  ['revoked for suspected theft', { ...tombstone, reason: 'theft_suspected' }, previous, 'owner', AT, 'refuse theft_suspected'],
  ['a revoked session', { ...tombstone, was: 'session' }, current, 'owner', AT, 'refuse unknown'],
]

for (const [what, found, secret, userAgent, now, verdict] of CASES) {
  test(`${what}: ${verdict}`, () => {
    const evaluation = evaluateRememberMe(
      found,
      { kind: 'remember_me', id: 'r', ...secret },
      { userAgent, proofValidUntil: undefined },
      now,
      {
        concurrencyWindow: WINDOW,
        deviceBinding: 'preferred',
      },
    )
    const parts: (string | null)[] = [evaluation.verdict]
    if (evaluation.verdict === 'rotate') parts.push(evaluation.responseLost ? 'again' : '')
    if (evaluation.verdict === 'refuse') parts.push(evaluation.reason)
    else assert.equal(evaluation.login, found)
    assert.equal(parts.join(' ').trim(), verdict)
  })
}

test('a rotation changes neither the owner of a remember-me login nor its expiry', () => {
  const by = {
    presentedHash: 'second',
    nextHash: 'fourth',
    rotatedSessionId: 'next session',
    at: login.lastSeenAt + 5,
    ip: '::1',
    userAgent: 'new',
  }
  assert.deepEqual(rotateRememberMe(used, by), {
    ...used,
    version: 2,
    generation: 4,
    hash: 'fourth',
    previousHash: 'second',
    rotatedAt: by.at,
    lastSeenAt: by.at,
    ip: '::1',
    userAgent: 'new',
    rotatedSessionId: 'next session',
    rotatedSessionUsed: false,
  })
  assert.equal(rotateRememberMe(login, { ...by, at: 1 }).lastSeenAt, login.lastSeenAt, 'lastSeenAt does not go back')
})

test('the first use of the rotated session is recorded once, and of no other session', () => {
  assert.deepEqual(withRotatedSessionUsed(login, 'rotated'), { ...used, version: 2 })
  assert.equal(withRotatedSessionUsed(used, 'rotated'), undefined)
  assert.equal(withRotatedSessionUsed(login, 'other'), undefined)
  assert.equal(withRotatedSessionUsed({ ...login, rotatedSessionId: null }, 'rotated'), undefined)
})
