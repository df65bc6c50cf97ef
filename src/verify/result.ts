// What is said of a token.

import type { TokenClaims } from '../domain/token.ts'

/** Who a request is. Times in milliseconds since 1970. */
export interface VerifiedPrincipal {
  /** The user's code, never the name. */
  readonly userId: string
  readonly sid: string
  readonly roles: readonly string[]
  /** How the user signed in: `pwd`, or `remembered` where no password was typed. */
  readonly amr: readonly string[]
  readonly authTime: number
  readonly expiresAt: number
}

/**
 * `malformed`: no token of this issuer for this audience. `expired`: it was, or its rights have changed since: the client renews
 * it. `session_ended`: whoever it stands for has signed out, or was signed out. `silent`: nobody can tell at the moment.
 * `proof_required`: it is bound to a key, and the request has no good proof of it; with `proof: 'required'` also: it is bound to none.
 */
export type FailureReason = 'malformed' | 'expired' | 'session_ended' | 'feed_unavailable' | 'proof_required'

export type VerificationResult =
  | {
      readonly ok: true
      readonly principal: VerifiedPrincipal
      /** Milliseconds since Latchkey was last heard: nothing that ended before then is accepted. */
      readonly feedLagMs: number
    }
  | { readonly ok: false; readonly reason: FailureReason }

export function failure(reason: FailureReason): VerificationResult {
  return { ok: false, reason }
}

export function principalOf({ sub, sid, roles, amr, auth_time, exp }: TokenClaims): VerifiedPrincipal {
  return { userId: sub, sid, roles, amr, authTime: auth_time * 1000, expiresAt: exp * 1000 }
}
