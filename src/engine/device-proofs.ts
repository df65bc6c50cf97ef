// Device proofs and challenges as sealed values: any process of the deployment makes and opens them, and none of them is stored.

import type { CredentialRecord, DeviceBinding, SessionRecord } from '../domain/credential.ts'
import { DEVICE_PROOF_LIFETIME, DEVICE_PROOF_SLACK, hasLapsed, nextChallengeAt, type Unproven } from '../domain/device-binding.ts'
import { AuthError } from '../domain/errors.ts'
import { DEVICE_BINDING_SEAL, DEVICE_PROOF_SEAL, DEVICE_RENEWAL_SEAL } from '../domain/persisted-names.ts'
import { sealForDeployment, unsealAlsoUnbound } from './deployment-seals.ts'
import type { Parts } from './parts.ts'

type Purpose = typeof DEVICE_PROOF_SEAL | typeof DEVICE_BINDING_SEAL | typeof DEVICE_RENEWAL_SEAL

/** A genuine credential without the device: what is told of it, the record keeps. */
export class UnprovenDevice extends AuthError {
  // Not a property that is printed with the refusal: it has the digest of the credential.
  readonly #record: CredentialRecord
  readonly because: Unproven

  constructor(record: CredentialRecord, because: Unproven) {
    super('proof.required', { reason: 'device' })
    this.#record = record
    this.because = because
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
export function issueDeviceProof(parts: Parts, lineage: string, now: number): string {
  return seal(parts, DEVICE_PROOF_SEAL, lineage, now + DEVICE_PROOF_LIFETIME + DEVICE_PROOF_SLACK)
}

/** Until when the proof is good, in milliseconds since 1970; undefined where it is over, is none of this lineage, or none is asked for. */
export function provenUntil(
  parts: Parts,
  { lineage, binding }: Pick<CredentialRecord, 'lineage' | 'binding'>,
  proof: string | undefined,
): number | undefined {
  const until = binding && unseal(parts, DEVICE_PROOF_SEAL, lineage, proof)
  return until !== undefined && parts.clock.now() < until ? until : undefined
}

/** Whether this is a device proof of the lineage, over or not. */
export function isProofOf(parts: Parts, lineage: string, proof: string): boolean {
  return unseal(parts, DEVICE_PROOF_SEAL, lineage, proof) !== undefined
}

/** Whether a browser that gets this session is asked to bind it: in a cookie, unbound, and the only one to be told so. */
export function offersBinding({ policy }: Parts, session: SessionRecord): boolean {
  const { delivery, binding, startedAt, startedBy, confirmsRotationOf, amr } = session
  const isRace = startedBy !== null && confirmsRotationOf === null && amr.includes('remembered')
  return policy.deviceBinding !== 'off' && delivery === 'cookie' && (!binding || hasLapsed(binding, startedAt)) && !isRace
}

export function challengeToBind(parts: Parts, lineage: string, now: number): string {
  return seal(parts, DEVICE_BINDING_SEAL, lineage, now)
}

export function challengeToRenew(parts: Parts, lineage: string, binding: DeviceBinding, now: number): string {
  return seal(parts, DEVICE_RENEWAL_SEAL, lineage, nextChallengeAt(binding, now))
}

/** When a challenge of this lineage was made; undefined where it is none. */
export function challengeAt(parts: Parts, purpose: Exclude<Purpose, typeof DEVICE_PROOF_SEAL>, lineage: string, challenge: string) {
  return unseal(parts, purpose, lineage, challenge)
}

function seal(parts: Parts, purpose: Purpose, lineage: string, at: number): string {
  return sealForDeployment(parts, purpose, lineage, String(at))
}

function unseal(parts: Parts, purpose: Purpose, lineage: string, sealed: string | undefined): number | undefined {
  const text = sealed === undefined ? undefined : unsealAlsoUnbound(parts, purpose, lineage, sealed)
  return text === undefined ? undefined : Number(text)
}
