// Judging a session: pure, and the only place where it is decided.

import type { CredentialRecord, PresentedCredential, SessionRecord, Tombstone } from './credential.ts'
import type { RefusalReason } from './revocation.ts'

export type SessionEvaluation =
  | { readonly ok: true; readonly session: SessionRecord }
  | { readonly ok: false; readonly reason: RefusalReason }

export interface SessionLimits {
  /** Milliseconds without use after which a session is over. */
  readonly sessionIdleTimeout: number
}

/**
 * Judges a presented session credential against what the store holds.
 * Hashes are compared as plain strings: they are keyed, so what timing could tell of them is of no use to a guesser.
 *
 * @param lastSeenAt the latest use this process knows of, which may not be stored yet
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

/** Judges the session that a genuine token names: the token is the proof, so only the session's life is in question. */
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

/** True while the password was typed less than `freshAge` ago in this very session. */
export function isFresh(session: { readonly amr: readonly string[]; readonly authTime: number }, now: number, freshAge: number): boolean {
  return session.amr.includes('pwd') && now < session.authTime + freshAge
}
