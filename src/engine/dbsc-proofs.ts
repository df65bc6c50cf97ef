// Issues and opens device proofs (the short-lived cookie of DBSC) and DBSC challenges. Both are sealed values: any process with the secret
// opens them, and none is stored.

import type { CredentialRecord, DeviceBinding, SessionRecord } from '../domain/credential.ts'
import {
  DEVICE_PROOF_CLOCK_SKEW,
  DEVICE_PROOF_LIFETIME,
  type DeviceProofFailure,
  isBindingExpired,
  nextChallengeTime,
} from '../domain/device-binding.ts'
import { AuthError } from '../domain/errors.ts'
import { DEVICE_BINDING_SEAL, DEVICE_PROOF_SEAL, DEVICE_RENEWAL_SEAL } from '../domain/persisted-names.ts'
import type { EngineContext } from './context.ts'
import { sealForDeployment, unsealWithLegacyFallback } from './deployment-seals.ts'

type Purpose = typeof DEVICE_PROOF_SEAL | typeof DEVICE_BINDING_SEAL | typeof DEVICE_RENEWAL_SEAL

/** A genuine credential without its device proof; carries the record for the risk event. */
export class DeviceProofRequired extends AuthError {
  // A private field, so that the credential's hash is never printed with the error.
  readonly #record: CredentialRecord
  readonly reason: DeviceProofFailure

  constructor(record: CredentialRecord, reason: DeviceProofFailure) {
    super('proof.required', { reason: 'device' })
    this.#record = record
    this.reason = reason
  }

  /** The record of the presented credential. */
  get record(): CredentialRecord {
    return this.#record
  }

  /** The error for the response, without the record. */
  get refusal(): AuthError {
    return new AuthError(this.code, this.detail)
  }
}

/** A proof for the cookie, valid for its lifetime plus the allowed clock skew. */
export function issueDeviceProof(context: EngineContext, lineage: string, now: number): string {
  return seal(context, DEVICE_PROOF_SEAL, lineage, now + DEVICE_PROOF_LIFETIME + DEVICE_PROOF_CLOCK_SKEW)
}

/** The expiry of the proof, in milliseconds since 1970; undefined when it has expired, belongs to another lineage, or is not required. */
export function proofValidUntil(
  context: EngineContext,
  { lineage, binding }: Pick<CredentialRecord, 'lineage' | 'binding'>,
  proof: string | undefined,
): number | undefined {
  const until = binding && unseal(context, DEVICE_PROOF_SEAL, lineage, proof)
  return until !== undefined && context.clock.now() < until ? until : undefined
}

/** Whether this is a device proof of the lineage, expired or not. */
export function isDeviceProofOf(context: EngineContext, lineage: string, proof: string): boolean {
  return unseal(context, DEVICE_PROOF_SEAL, lineage, proof) !== undefined
}

/**
 * Whether the browser that receives this session is asked to bind it: an unbound session in a cookie. Of concurrent tabs only the first one
 * is asked.
 */
export function shouldOfferRegistration({ policy }: EngineContext, session: SessionRecord): boolean {
  const { delivery, binding, startedAt, startedBy, confirmsRotationOf, amr } = session
  const isConcurrent = startedBy !== null && confirmsRotationOf === null && amr.includes('remembered')
  return policy.deviceBinding !== 'off' && delivery === 'cookie' && (!binding || isBindingExpired(binding, startedAt)) && !isConcurrent
}

export function registrationChallenge(context: EngineContext, lineage: string, now: number): string {
  return seal(context, DEVICE_BINDING_SEAL, lineage, now)
}

export function refreshChallenge(context: EngineContext, lineage: string, binding: DeviceBinding, now: number): string {
  return seal(context, DEVICE_RENEWAL_SEAL, lineage, nextChallengeTime(binding, now))
}

/** When a challenge of this lineage was issued; undefined when it is not one. */
export function challengeTime(
  context: EngineContext,
  purpose: Exclude<Purpose, typeof DEVICE_PROOF_SEAL>,
  lineage: string,
  challenge: string,
) {
  return unseal(context, purpose, lineage, challenge)
}

function seal(context: EngineContext, purpose: Purpose, lineage: string, at: number): string {
  return sealForDeployment(context, purpose, lineage, String(at))
}

function unseal(context: EngineContext, purpose: Purpose, lineage: string, sealed: string | undefined): number | undefined {
  const text = sealed === undefined ? undefined : unsealWithLegacyFallback(context, purpose, lineage, sealed)
  return text === undefined ? undefined : Number(text)
}
