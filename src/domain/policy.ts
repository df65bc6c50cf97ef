// Every rule that can be set, with its default, in one literal. Options come in, a frozen Policy goes round.

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
  /** Own origin and the allowed ones, serialised. */
  readonly allowedOrigins: ReadonlySet<string>
  readonly sessionIdleTimeout: number
  readonly sessionAbsoluteTimeout: number
  readonly rememberLifetime: number
  readonly tokenLifetime: number
  /** Of the keys that sign tokens, from the next start or rotation on. */
  readonly tokenAlgorithm: TokenAlgorithm
  readonly freshAge: number
  readonly auditRetention: number
  readonly concurrencyWindow: number
  readonly passwordMin: number
  readonly loginLimits: LoginLimits
  /** For each client network, refused ones included. */
  readonly registrationLimit: Limit
  /** How many operations of the application's own are recorded for each user. */
  readonly recordLimit: Limit
  readonly registration: 'open' | 'closed'
  /**
   * `sensitive`: a token that is bound to a key needs a proof of it where much is at stake. `always`: everywhere, and one that is bound to
   * none is refused. `off`: none is bound.
   */
  readonly dpop: 'off' | 'sensitive' | 'always'
  /** Whether lineages are bound to devices. `off` also where cookies cannot be: see `canBindDevices`. */
  readonly deviceBinding: DevicePolicy
  /** From which grade of a signal on a lineage ends, so that the password is asked for again. */
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
  loginLimits: { perUser: { points: 10, window: 5 * MINUTE }, perAddress: { points: 100, window: 5 * MINUTE } },
  registrationLimit: { points: 10, window: HOUR },
  recordLimit: { points: 1000, window: HOUR },
  registration: 'open',
  dpop: 'sensitive',
  deviceBinding: 'preferred',
  revokeOnRisk: 'off',
  clearSiteData: false,
})

/** What must be known of a deployment, and anything that differs from the defaults. */
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

/** A browser binds over https alone, and renews for one host alone: cookies that other hosts or other sites see have no one to renew them. */
export function supportsDeviceBinding({ secure, domain, sameSite }: Pick<CookieSettings, 'secure' | 'domain' | 'sameSite'>): boolean {
  return secure && domain === null && sameSite !== 'none'
}

/** How often seen times are written: every minute, or four times within the idle timeout where that is shorter. */
export function flushInterval(policy: Pick<Policy, 'sessionIdleTimeout'>): number {
  return Math.min(MINUTE, policy.sessionIdleTimeout / 4)
}
