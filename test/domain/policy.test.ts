// Policy defaults, overrides, and the flush interval.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPolicy, flushInterval, POLICY_DEFAULTS } from '../../src/domain/policy.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time.ts'

const DEPLOYMENT = {
  issuer: 'https://app.example',
  ownOrigin: 'https://app.example',
  allowedOrigins: ['https://other.example'],
  cookies: { stem: 'latchkey', secure: true, domain: null, sameSite: 'lax' },
} as const

test('the defaults', () => {
  assert.deepEqual(POLICY_DEFAULTS, {
    sessionIdleTimeout: 20 * MINUTE,
    sessionAbsoluteTimeout: 12 * HOUR,
    rememberLifetime: 30 * DAY,
    tokenLifetime: 5 * MINUTE,
    freshAge: 5 * MINUTE,
    auditRetention: 365 * DAY,
    concurrencyWindow: 30 * SECOND,
    passwordMin: 8,
    loginLimits: { perUser: { points: 10, window: 5 * MINUTE }, perNetwork: { points: 100, window: 5 * MINUTE } },
    registrationLimit: { points: 10, window: HOUR },
    recordLimit: { points: 1000, window: HOUR },
    registration: 'open',
    tokenAlgorithm: 'EdDSA',
    dpop: 'sensitive',
    deviceBinding: 'preferred',
    revokeOnRisk: 'off',
    clearSiteData: false,
  })
})

test('a policy consists of the defaults and the chosen options; the audience defaults to the issuer', () => {
  const { issuer, cookies } = DEPLOYMENT
  const allowedOrigins = new Set(['https://app.example', 'https://other.example'])
  const plain = createPolicy(DEPLOYMENT)
  assert.deepEqual(plain, { ...POLICY_DEFAULTS, issuer, cookies, audience: issuer, allowedOrigins })
  const chosen = createPolicy({ ...DEPLOYMENT, audience: 'https://api.example', passwordMin: 15, registration: 'closed' })
  assert.deepEqual(chosen, { ...plain, audience: 'https://api.example', passwordMin: 15, registration: 'closed' })
})

test('a policy is frozen, and so are the defaults', () => {
  assert.ok(Object.isFrozen(createPolicy(DEPLOYMENT)))
  assert.ok(Object.isFrozen(POLICY_DEFAULTS))
})

test('changing the list of origins later does not change the policy', () => {
  const allowedOrigins = ['https://other.example']
  const policy = createPolicy({ ...DEPLOYMENT, allowedOrigins })
  allowedOrigins.push('https://evil.example')
  assert.ok(!policy.allowedOrigins.has('https://evil.example'))
})

const INTERVALS: readonly (readonly [number, number])[] = [
  [20 * MINUTE, MINUTE],
  [4 * MINUTE, MINUTE],
  [4 * MINUTE - 4, MINUTE - 1],
  [MINUTE, 15 * SECOND],
  [SECOND, 250],
]

for (const [sessionIdleTimeout, interval] of INTERVALS) {
  test(`with an idle timeout of ${sessionIdleTimeout} ms last-seen times are flushed every ${interval} ms`, () => {
    assert.equal(flushInterval({ sessionIdleTimeout }), interval)
  })
}
