// Session evaluation: validity, lifetime and freshness. Every decision is made here. Pure functions.

import type { CredentialRecord, PresentedCredential, SessionRecord, Tombstone } from './credential.ts'
import type { RefusalReason } from './revocation.ts'

export type SessionEvaluation =
  | { readonly ok: true; readonly session: SessionRecord }
  | { readonly ok: false; readonly reason: RefusalReason }

export interface SessionLimits {
  /** Milliseconds without use after which a session is idle. */
  readonly sessionIdleTimeout: number
}

/**
 * Evaluates a presented session credential against the stored record. Hashes are compared as plain strings: they are keyed, so a timing
 * difference helps no attacker.
 *
 * @param lastSeenAt the latest use known to this process, which may not be stored yet
 */
export function evaluateSession(
  found: CredentialRecord | Tombstone | undefined,
  presented: PresentedCredential,
  lastSeenAt: number,
  now: number,
  limits: SessionLimits,
): SessionEvaluation {
  if (found === undefined || found.hash !== presented.hash || found.kind === 'remember_me') return { ok: false, reason: 'unknown' }
  return evaluateLifetime(found, lastSeenAt, now, limits)
}

/** Evaluates the session named by a verified token: the token is the proof, so only the session's lifetime is checked. */
export function evaluateLifetime(
  found: CredentialRecord | Tombstone | undefined,
  lastSeenAt: number,
  now: number,
  limits: SessionLimits,
): SessionEvaluation {
  if (found === undefined || found.kind === 'remember_me') return { ok: false, reason: 'unknown' }
  if (found.kind === 'tombstone') return { ok: false, reason: found.reason }
  if (now >= found.expiresAt) return { ok: false, reason: 'expired' }
  if (now >= Math.max(found.lastSeenAt, lastSeenAt) + limits.sessionIdleTimeout) return { ok: false, reason: 'idle' }
  return { ok: true, session: found }
}

/** True while the password was entered less than `freshAge` ago in this session. */
export function isFresh(session: { readonly amr: readonly string[]; readonly authTime: number }, now: number, freshAge: number): boolean {
  return session.amr.includes('pwd') && now < session.authTime + freshAge
}
