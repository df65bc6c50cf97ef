// Judging a remembered login: rotation, races between tabs, lost answers, theft. Pure, and the only place where it is decided.

import type { CredentialRecord, PresentedCredential, RememberMeRecord, Tombstone } from './credential.ts'
import { type DevicePolicy, type DeviceProofFailure, evaluateDevice } from './device-binding.ts'
import type { RevocationReason } from './revocation.ts'

export type RememberMeEvaluation =
  /**
   * Start a session and hand out a new secret. With `answerLost` the browser never got what the latest rotation handed out,
   * so no session of this lineage is its own: all of them end, and whoever else holds one cannot use it unnoticed.
   */
  | { readonly verdict: 'rotate'; readonly login: RememberMeRecord; readonly responseLost: boolean }
  /** Another tab was first: start a session, hand out no new secret. */
  | { readonly verdict: 'concurrent'; readonly login: RememberMeRecord }
  /** Two parties hold this login: end its lineage. */
  | { readonly verdict: 'theft_suspected'; readonly login: RememberMeRecord }
  /** Genuine, and without a proof of the device that it is bound to, or has to be bound to: nothing for it, and nothing ends. */
  | { readonly verdict: 'device_proof_missing'; readonly login: RememberMeRecord; readonly reason: DeviceProofFailure }
  | { readonly verdict: 'refuse'; readonly reason: RevocationReason | 'unknown' }

export interface RotationLimits {
  /** Milliseconds after a rotation in which the previous secret is taken for another tab of the same browser. */
  readonly concurrencyWindow: number
  readonly deviceBinding: DevicePolicy
}

/** Who presents a remembered login. */
export interface PresentedBy {
  /** The browser string. */
  readonly userAgent: string
  /** The end of the device proof that came along, if it is one of the login's lineage: milliseconds since 1970. */
  readonly proofValidUntil: number | undefined
}

/** Judges a presented remembered login, whose MAC has been found genuine, against what the store holds. */
export function evaluateRememberMe(
  found: CredentialRecord | Tombstone | undefined,
  presented: PresentedCredential,
  presenter: PresentedBy,
  now: number,
  limits: RotationLimits,
): RememberMeEvaluation {
  if (found === undefined || found.kind === 'session') return { verdict: 'refuse', reason: 'unknown' }
  if (found.kind === 'tombstone') return { verdict: 'refuse', reason: found.was === 'remember_me' ? found.reason : 'unknown' }
  if (now >= found.expiresAt) return { verdict: 'refuse', reason: 'expired' }
  const evaluation = evaluateSecret(found, presented, presenter.userAgent, now, limits)
  const deviceResult = evaluation.verdict === 'refuse' || evaluateDevice(found, presenter.proofValidUntil, now, limits.deviceBinding)
  if (deviceResult === true || deviceResult.ok) return evaluation
  // From before the device was bound: who bound it and who holds this are two, and which of them is the owner cannot be told.
  if (evaluation.verdict === 'theft_suspected' && presented.generation < (found.binding?.generation ?? Number.POSITIVE_INFINITY))
    return evaluation
  return { verdict: 'device_proof_missing', login: found, reason: deviceResult.reason }
}

function evaluateSecret(
  found: RememberMeRecord,
  presented: PresentedCredential,
  userAgent: string,
  now: number,
  limits: Pick<RotationLimits, 'concurrencyWindow'>,
): RememberMeEvaluation {
  if (presented.hash === found.hash) return { verdict: 'rotate', login: found, responseLost: false }
  // A secret from the store's future: the store was restored from an older copy, and nobody did anything wrong.
  if (presented.generation >= found.generation) return { verdict: 'refuse', reason: 'unknown' }
  if (presented.hash === found.previousHash) {
    const justRotated = now <= found.rotatedAt + limits.concurrencyWindow
    if (justRotated && userAgent === found.userAgent) return { verdict: 'concurrent', login: found }
    if (!justRotated && !found.rotatedSessionUsed) return { verdict: 'rotate', login: found, responseLost: true }
  }
  return { verdict: 'theft_suspected', login: found }
}

export interface Rotation {
  readonly presentedHash: string
  readonly nextHash: string
  readonly rotatedSessionId: string
  readonly at: number
  readonly ip: string
  readonly userAgent: string
}

/**
 * The record after a rotation. The previous secret is the one that was presented, the only one the client is known to
 * hold: after a lost answer the client comes back with it, not with the one that it never received.
 */
export function rotateRememberMe(login: RememberMeRecord, rotation: Rotation): RememberMeRecord {
  return {
    ...login,
    version: login.version + 1,
    generation: login.generation + 1,
    hash: rotation.nextHash,
    previousHash: rotation.presentedHash,
    rotatedAt: rotation.at,
    lastSeenAt: Math.max(login.lastSeenAt, rotation.at),
    ip: rotation.ip,
    userAgent: rotation.userAgent,
    rotatedSessionId: rotation.rotatedSessionId,
    rotatedSessionUsed: false,
  }
}

/** The record once the session born of its latest rotation was used; undefined where that is known or no longer matters. */
export function withRotatedSessionUsed(login: RememberMeRecord, sid: string): RememberMeRecord | undefined {
  if (login.rotatedSessionId !== sid || login.rotatedSessionUsed) return undefined
  return { ...login, version: login.version + 1, rotatedSessionUsed: true }
}

const RESUME_BURST = 500
const RESUME_INTERVAL = 60_000

/**
 * True where a remembered login has started so many sessions that no browser is at work: 500, and one more for each minute since it began.
 * Whoever holds it must not make the store grow without bound. Every session that it starts makes a version of its record.
 */
export function exceedsResumeLimit({ version, startedAt }: Pick<RememberMeRecord, 'version' | 'startedAt'>, now: number): boolean {
  return version > RESUME_BURST + Math.max(0, now - startedAt) / RESUME_INTERVAL
}
