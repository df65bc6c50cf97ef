// The policy: every configurable rule with its default, validated once and frozen.

import type { CookieSettings } from './cookies.ts'
import type { DevicePolicy } from './device-binding.ts'
import type { Limit, LoginLimits } from './limits.ts'
import type { TokenAlgorithm } from './public-key.ts'
import type { RevokeOnRisk } from './risk.ts'
import { DAY, HOUR, MINUTE, SECOND } from './time.ts'

/** Durations in milliseconds. */
export interface Policy {
  readonly issuer: string
  readonly audience: string
  /** Our own origin and the allowed ones, serialised. */
  readonly allowedOrigins: ReadonlySet<string>
  readonly sessionIdleTimeout: number
  readonly sessionAbsoluteTimeout: number
  readonly rememberLifetime: number
  readonly tokenLifetime: number
  /** The algorithm of signing keys, from the next start or rotation on. */
  readonly tokenAlgorithm: TokenAlgorithm
  readonly freshAge: number
  readonly auditRetention: number
  readonly concurrencyWindow: number
  readonly passwordMin: number
  readonly loginLimits: LoginLimits
  /** Registrations per client network, rejected ones included. */
  readonly registrationLimit: Limit
  /** Audit events that the application may record per user. */
  readonly recordLimit: Limit
  readonly registration: 'open' | 'closed'
  /**
   * `sensitive`: a bound token needs a DPoP proof on sensitive routes. `always`: on all routes, and unbound tokens are refused. `off`:
   * tokens are not bound.
   */
  readonly dpop: 'off' | 'sensitive' | 'always'
  /** Whether lineages are bound to devices. Also `off` when the cookies do not allow it: see `supportsDeviceBinding`. */
  readonly deviceBinding: DevicePolicy
  /** The severity of a risk event from which the lineage is revoked, so that the user has to enter the password again. */
  readonly revokeOnRisk: RevokeOnRisk
  readonly clearSiteData: boolean
  readonly cookies: CookieSettings
}

type Defaults = Omit<Policy, 'issuer' | 'audience' | 'allowedOrigins' | 'cookies'>

export const POLICY_DEFAULTS: Defaults = Object.freeze({
  sessionIdleTimeout: 20 * MINUTE,
  sessionAbsoluteTimeout: 12 * HOUR,
  rememberLifetime: 30 * DAY,
  tokenLifetime: 5 * MINUTE,
  tokenAlgorithm: 'EdDSA',
  freshAge: 5 * MINUTE,
  auditRetention: 365 * DAY,
  concurrencyWindow: 30 * SECOND,
  passwordMin: 8,
  loginLimits: { perUser: { points: 10, window: 5 * MINUTE }, perNetwork: { points: 100, window: 5 * MINUTE } },
  registrationLimit: { points: 10, window: HOUR },
  recordLimit: { points: 1000, window: HOUR },
  registration: 'open',
  dpop: 'sensitive',
  deviceBinding: 'preferred',
  revokeOnRisk: 'off',
  clearSiteData: false,
})

/** The required options, and any differences from the defaults. */
export type PolicyOptions = Pick<Policy, 'issuer' | 'cookies'> &
  Partial<Omit<Policy, 'issuer' | 'cookies' | 'allowedOrigins'>> & {
    readonly ownOrigin: string
    readonly allowedOrigins: readonly string[]
  }

export function createPolicy({ ownOrigin, allowedOrigins, ...choices }: PolicyOptions): Policy {
  return Object.freeze({
    ...POLICY_DEFAULTS,
    audience: choices.issuer,
    ...choices,
    allowedOrigins: new Set([ownOrigin, ...allowedOrigins]),
    deviceBinding: supportsDeviceBinding(choices.cookies) ? (choices.deviceBinding ?? POLICY_DEFAULTS.deviceBinding) : 'off',
  })
}

/** DBSC needs https and renews cookies of one host only: with a Domain or SameSite=None other hosts or sites could not renew. */
export function supportsDeviceBinding({ secure, domain, sameSite }: Pick<CookieSettings, 'secure' | 'domain' | 'sameSite'>): boolean {
  return secure && domain === null && sameSite !== 'none'
}

/** How often last-seen times are written: every minute, or four times per idle timeout when that is shorter. */
export function flushInterval(policy: Pick<Policy, 'sessionIdleTimeout'>): number {
  return Math.min(MINUTE, policy.sessionIdleTimeout / 4)
}
