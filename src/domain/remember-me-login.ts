// Remember-me logins: rotation, concurrent tabs, lost responses, suspected theft. Every decision is made here. Pure functions.

import type { CredentialRecord, PresentedCredential, RememberMeRecord, Tombstone } from './credential.ts'
import { type DevicePolicy, type DeviceProofFailure, evaluateDevice } from './device-binding.ts'
import type { RevocationReason } from './revocation.ts'

export type RememberMeEvaluation =
  /**
   * Start a session and issue a new secret. With `responseLost` the browser never received the secret of the latest rotation, so no session
   * of this lineage belongs to it: all of them are revoked, and another client that holds one is detected.
   */
  | { readonly verdict: 'rotate'; readonly login: RememberMeRecord; readonly responseLost: boolean }
  /** A concurrent tab rotated first: start a session without a new secret. */
  | { readonly verdict: 'concurrent'; readonly login: RememberMeRecord }
  /** Two clients hold this login: revoke its lineage. */
  | { readonly verdict: 'theft_suspected'; readonly login: RememberMeRecord }
  /** Genuine, but without the required device proof: nothing is issued, and nothing is revoked. */
  | { readonly verdict: 'device_proof_missing'; readonly login: RememberMeRecord; readonly reason: DeviceProofFailure }
  | { readonly verdict: 'refuse'; readonly reason: RevocationReason | 'unknown' }

export interface RotationLimits {
  /** Milliseconds after a rotation in which the previous secret counts as a concurrent tab of the same browser. */
  readonly concurrencyWindow: number
  readonly deviceBinding: DevicePolicy
}

/** The client that presents a remember-me login. */
export interface PresentedBy {
  /** The User-Agent. */
  readonly userAgent: string
  /** The expiry of the presented device proof, if it belongs to this lineage: milliseconds since 1970. */
  readonly proofValidUntil: number | undefined
}

/** Evaluates a presented remember-me login with a valid MAC against the stored record. */
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
  // A secret from before the binding: two clients hold the login, and the owner cannot be determined.
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
  // A secret from the store's future: the store was restored from an older copy.
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
 * The record after a rotation. The previous secret is the presented one, the only one that the client certainly holds: after a lost
 * response the client presents it again.
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

/**
 * The record after the first use of the session that its latest rotation started; undefined when that is recorded already or no longer
 * matters.
 */
export function withRotatedSessionUsed(login: RememberMeRecord, sid: string): RememberMeRecord | undefined {
  if (login.rotatedSessionId !== sid || login.rotatedSessionUsed) return undefined
  return { ...login, version: login.version + 1, rotatedSessionUsed: true }
}

const RESUME_BURST = 500
const RESUME_INTERVAL = 60_000

/**
 * True when a remember-me login has started more sessions than a browser would: 500, plus one for each minute since it began. Its holder
 * must not make the store grow without bound. Every session that it starts increments its version.
 */
export function exceedsResumeLimit({ version, startedAt }: Pick<RememberMeRecord, 'version' | 'startedAt'>, now: number): boolean {
  return version > RESUME_BURST + Math.max(0, now - startedAt) / RESUME_INTERVAL
}
