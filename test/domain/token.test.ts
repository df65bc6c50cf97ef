// Access token claims, and their validation.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { claimsFor, isTokenClaims, type TokenClaims, verifyClaims } from '../../src/domain/token.ts'

const LIMITS = { issuer: 'https://a.example', audience: 'https://b.example', tokenLifetime: 300_000 }
const NOW = 1_800_000_000_000
const SUBJECT = { userId: 'usr_a', roles: ['user'], amr: ['pwd'], authTime: NOW - 1500, sid: 's', sessionExpiresAt: NOW + 1e9 }
const claims = claimsFor(SUBJECT, 'j', NOW, LIMITS)

test('a token names subject, audience, session and expiry, in whole seconds', () => {
  assert.deepEqual(claims, {
    iss: 'https://a.example',
    aud: 'https://b.example',
    sub: 'usr_a',
    client_id: 'latchkey',
    sid: 's',
    jti: 'j',
    iat: 1_800_000_000,
    exp: 1_800_000_300,
    auth_time: 1_799_999_998,
    amr: ['pwd'],
    roles: ['user'],
  })
})

const CLAIM_CASES: readonly (readonly [string, Partial<TokenClaims>, number, string | undefined])[] = [
  ['new', {}, NOW, undefined],
  ['a millisecond before it expires', {}, NOW + 299_999, undefined],
  ['expired', {}, NOW + 300_000, 'expired'],
  ['of another issuer', { iss: 'https://c.example' }, NOW, 'malformed'],
  ['of an issuer that differs by a slash', { iss: 'https://a.example/' }, NOW, 'malformed'],
  ['for another audience', { aud: 'https://a.example' }, NOW, 'malformed'],
  ['of another issuer, and expired', { iss: '' }, NOW + 300_000, 'malformed'],
  ['issued a minute ahead', {}, NOW - 60_000, undefined],
  ['issued more than a minute ahead', {}, NOW - 60_001, 'malformed'],
]

for (const [what, overrides, now, verdict] of CLAIM_CASES) {
  test(`a token ${what}: ${verdict ?? 'accepted'}`, () => assert.equal(verifyClaims({ ...claims, ...overrides }, now, LIMITS), verdict))
}

test('a token never outlives its session, nor its own lifetime', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e12 }), fc.integer({ min: 0, max: 1e9 }), (now, left) => {
      const { iat, exp } = claimsFor({ ...SUBJECT, sessionExpiresAt: now + left }, 'j', now, LIMITS)
      assert.ok(exp * 1000 <= now + left)
      assert.ok(exp - iat <= LIMITS.tokenLifetime / 1000)
      assert.ok(iat * 1000 <= now)
    }),
  )
})

test('every issued token has its claims with their types, also after JSON', () => {
  assert.ok(isTokenClaims(claims))
  assert.ok(isTokenClaims(JSON.parse(JSON.stringify(claims))))
  assert.ok(isTokenClaims({ ...claims, amr: [], roles: [], extra: 1 }))
})

for (const name of Object.keys(claims)) {
  const { [name as keyof TokenClaims]: _, ...without } = claims
  test(`claims without ${name}, or with another type, are rejected`, () => {
    assert.ok(!isTokenClaims(without))
    for (const wrong of [null, '', 1.5, Number.NaN, 2 ** 53, '1', [1], {}, true]) {
      const text = typeof wrong === 'string' && wrong !== '' && typeof claims[name as keyof TokenClaims] === 'string'
      if (!text) assert.ok(!isTokenClaims({ ...claims, [name]: wrong }), String(wrong))
    }
  })
}

test('a value that is not an object has no claims', () => {
  for (const value of [undefined, null, 0, '', 'x', [], [claims]]) assert.ok(!isTokenClaims(value))
})
