// What a browser signs to show that it is still on the device that a lineage is bound to (Device Bound Session Credentials): header and
// claims are judged here. Parsing and signatures are the platform's.

import { membersOf, type ProofKey, publicKeyOf } from './key-proof.ts'
import { DEVICE_PROOF_TYPE } from './persisted-names.ts'

/** A proof whose signature is good. */
export interface DeviceProof {
  readonly key: ProofKey
  readonly challenge: string
  /** The address that it was made for; null where the browser does not say, as most do. */
  readonly audience: string | null
}

/**
 * The key that must have signed a proof with this header: the one in it where a device is being bound, and afterwards the one that it
 * was bound to. Undefined where the header is not in exactly the form for the occasion.
 */
export function signerOf(header: unknown, boundTo: ProofKey | undefined): ProofKey | undefined {
  const { typ, alg, jwk, crit } = membersOf(header)
  if (typ !== DEVICE_PROOF_TYPE || alg !== 'ES256' || crit !== undefined) return undefined
  if (boundTo === undefined) return publicKeyOf(jwk)
  return jwk === undefined ? boundTo : undefined
}

export function deviceProofOf(claims: unknown, key: ProofKey): DeviceProof | undefined {
  const { jti, aud } = membersOf(claims)
  if (typeof jti !== 'string' || jti === '' || (aud !== undefined && typeof aud !== 'string')) return undefined
  return { key, challenge: jti, audience: aud ?? null }
}
