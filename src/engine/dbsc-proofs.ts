// Device proofs and challenges as sealed values: any process of the deployment makes and opens them, and none of them is stored.

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

/** A genuine credential without the device: what is told of it, the record keeps. */
export class DeviceProofRequired extends AuthError {
  // Not a property that is printed with the refusal: it has the digest of the credential.
  readonly #record: CredentialRecord
  readonly reason: DeviceProofFailure

  constructor(record: CredentialRecord, reason: DeviceProofFailure) {
    super('proof.required', { reason: 'device' })
    this.#record = record
    this.reason = reason
  }

  /** What was presented. */
  get record(): CredentialRecord {
    return this.#record
  }

  /** The refusal alone, for whoever is refused. */
  get refusal(): AuthError {
    return new AuthError(this.code, this.detail)
  }
}

/** A proof for the cookie, good for its life and for the way there. */
export function issueDeviceProof(context: EngineContext, lineage: string, now: number): string {
  return seal(context, DEVICE_PROOF_SEAL, lineage, now + DEVICE_PROOF_LIFETIME + DEVICE_PROOF_CLOCK_SKEW)
}

/** Until when the proof is good, in milliseconds since 1970; undefined where it is over, is none of this lineage, or none is asked for. */
export function proofValidUntil(
  context: EngineContext,
  { lineage, binding }: Pick<CredentialRecord, 'lineage' | 'binding'>,
  proof: string | undefined,
): number | undefined {
  const until = binding && unseal(context, DEVICE_PROOF_SEAL, lineage, proof)
  return until !== undefined && context.clock.now() < until ? until : undefined
}

/** Whether this is a device proof of the lineage, over or not. */
export function isDeviceProofOf(context: EngineContext, lineage: string, proof: string): boolean {
  return unseal(context, DEVICE_PROOF_SEAL, lineage, proof) !== undefined
}

/** Whether a browser that gets this session is asked to bind it: in a cookie, unbound, and the only one to be told so. */
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

/** When a challenge of this lineage was made; undefined where it is none. */
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
