// The result of verifying a token.

import type { TokenClaims } from '../domain/token.ts'

/** The authenticated user of a request. Times in milliseconds since 1970. */
export interface VerifiedPrincipal {
  /** The user id (`sub`), never the username. */
  readonly userId: string
  readonly sid: string
  readonly roles: readonly string[]
  /** Authentication methods (RFC 8176) of the sign-in, such as `pwd`. */
  readonly amr: readonly string[]
  readonly authTime: number
  readonly expiresAt: number
}

/**
 * `malformed`: not a token of this issuer for this audience. `expired`: it has expired, or the user's roles have changed since: the client
 * renews it. `session_ended`: its session was revoked or has expired. `feed_unavailable`: revocation cannot be checked at the moment.
 * `proof_required`: it is bound to a key, and the request has no valid DPoP proof; with `dpop: 'required'` also: it is not bound to a key.
 */
export type FailureReason = 'malformed' | 'expired' | 'session_ended' | 'feed_unavailable' | 'proof_required'

export type VerificationResult =
  | {
      readonly ok: true
      readonly principal: VerifiedPrincipal
      /** Lag of the revocation feed in milliseconds: every earlier revocation was taken into account. */
      readonly feedLagMs: number
    }
  | { readonly ok: false; readonly reason: FailureReason }

export function failure(reason: FailureReason): VerificationResult {
  return { ok: false, reason }
}

export function principalOf({ sub, sid, roles, amr, auth_time, exp }: TokenClaims): VerifiedPrincipal {
  return { userId: sub, sid, roles, amr, authTime: auth_time * 1000, expiresAt: exp * 1000 }
}
