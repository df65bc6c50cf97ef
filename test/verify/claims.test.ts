// Claims of a token with a valid signature: latchkey/verify and Latchkey itself accept the same.

import { equal } from 'node:assert/strict'
import { describe, test } from 'node:test'
import { isTokenClaims, verifyClaims } from '../../src/domain/token.ts'
import { createVerifier } from '../../src/verify/index.ts'
import { json, makeSigner, startIssuer, validClaims } from './fake-issuer.ts'
import { verifyResult } from './verifier-fixture.ts'

const signer = makeSigner('ES256', 'k')

const hour = 3600
type Claims = Readonly<Record<string, unknown>>

const CASES: readonly (readonly [what: string, expected: string, claims: (now: number, issuer: string) => Claims])[] = [
  ['as Latchkey issues them', 'ok', () => ({})],
  ['nbf in the past', 'ok', (now) => ({ nbf: now - hour })],
  ['nbf zero', 'ok', () => ({ nbf: 0 })],
  ['nbf within the clock skew', 'ok', (now) => ({ nbf: now + 30 })],
  ['nbf in the future', 'malformed', (now) => ({ nbf: now + hour })],
  ['nbf a string', 'malformed', (now) => ({ nbf: String(now - hour) })],
  ['nbf null', 'malformed', () => ({ nbf: null })],
  ['nbf a list', 'malformed', (now) => ({ nbf: [now - hour] })],
  ['nbf true', 'malformed', () => ({ nbf: true })],
  ['nbf negative', 'malformed', () => ({ nbf: -1 })],
  ['nbf with a fraction', 'malformed', (now) => ({ nbf: now - 0.5 })],
  ['nbf absurd', 'malformed', () => ({ nbf: 1e308 })],
  ['aud a list that contains ours', 'ok', (_now, issuer) => ({ aud: ['https://other.test', issuer] })],
  ['aud a list of ours only', 'ok', (_now, issuer) => ({ aud: [issuer] })],
  ['aud a list without ours', 'malformed', () => ({ aud: ['https://other.test'] })],
  ['aud an empty list', 'malformed', () => ({ aud: [] })],
  ['aud a list with a number', 'malformed', (_now, issuer) => ({ aud: [issuer, 7] })],
  ['aud a list with null', 'malformed', (_now, issuer) => ({ aud: [null, issuer] })],
  ['aud a list with an empty string', 'malformed', (_now, issuer) => ({ aud: [issuer, ''] })],
  ['aud a list in a list', 'malformed', (_now, issuer) => ({ aud: [[issuer]] })],
  ['aud an object', 'malformed', (_now, issuer) => ({ aud: { 0: issuer, includes: true } })],
  ['aud longer than ours', 'malformed', (_now, issuer) => ({ aud: `${issuer}/more` })],
  ['aud shorter than ours', 'malformed', (_now, issuer) => ({ aud: issuer.slice(0, -1) })],
  ['aud null', 'malformed', () => ({ aud: null })],
  ['exp one second ago', 'expired', (now) => ({ exp: now - 1 })],
  ['exp zero', 'expired', () => ({ exp: 0 })],
  ['exp negative', 'malformed', () => ({ exp: -1 })],
  ['exp null', 'malformed', () => ({ exp: null })],
  ['exp a string', 'malformed', (now) => ({ exp: String(now + hour) })],
  ['exp with a fraction', 'malformed', (now) => ({ exp: now + 0.5 })],
  ['exp 1e308', 'malformed', () => ({ exp: 1e308 })],
  ['exp beyond all dates', 'malformed', () => ({ exp: 8_640_000_000_001 })],
  ['exp a safe integer beyond all dates', 'malformed', () => ({ exp: Number.MAX_SAFE_INTEGER })],
  ['iat in the future', 'malformed', (now) => ({ iat: now + hour })],
  ['iat negative', 'malformed', () => ({ iat: -1 })],
  ['iat a string', 'malformed', (now) => ({ iat: String(now) })],
  ['iat 1e308', 'malformed', () => ({ iat: 1e308 })],
  ['iat missing', 'malformed', () => ({ iat: undefined })],
  ['auth_time negative', 'malformed', () => ({ auth_time: -5 })],
  ['another issuer', 'malformed', () => ({ iss: 'https://other.test' })],
]

describe('Claims', async () => {
  for (const [what, expected, change] of CASES) {
    test(`${what}: ${expected}`, async () => {
      await using issuer = await startIssuer(json({ keys: [signer.jwk] }))
      const now = Math.floor(Date.now() / 1000)
      const claims = change(now, issuer.url)
      using verifier = createVerifier({ issuer: issuer.url, onFeedLoss: 'accept' })
      equal(await verifyResult(verifier, signer.token(issuer.url, claims)), expected)
      // As Latchkey verifies its own tokens, after a round trip through JSON.
      const all: unknown = JSON.parse(JSON.stringify({ ...validClaims(issuer.url), ...claims }))
      const limits = { issuer: issuer.url, audience: issuer.url }
      equal(isTokenClaims(all) ? (verifyClaims(all, now * 1000, limits) ?? 'ok') : 'malformed', expected)
    })
  }

  test('NaN and Infinity are rejected as times', () => {
    for (const name of ['exp', 'iat', 'nbf', 'auth_time'])
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
        equal(isTokenClaims({ ...validClaims('i'), [name]: value }), false)
  })
})
