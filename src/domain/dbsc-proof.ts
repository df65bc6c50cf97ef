// What a browser signs to show that it is still on the device that a lineage is bound to (Device Bound Session Credentials): header and
// claims are judged here. Parsing and signatures are the platform's.

import { asRecord, type EcPublicJwk, parseEcPublicJwk } from './dpop.ts'
import { DEVICE_PROOF_TYPE } from './persisted-names.ts'

/** A proof whose signature is good. */
export interface DbscProof {
  readonly key: EcPublicJwk
  readonly challenge: string
  /** The address that it was made for; null where the browser does not say, as most do. */
  readonly audience: string | null
}

/**
 * The key that must have signed a proof with this header: the one in it where a device is being bound, and afterwards the one that it
 * was bound to. Undefined where the header is not in exactly the form for the occasion.
 */
export function dbscKeyFromHeader(header: unknown, boundKey: EcPublicJwk | undefined): EcPublicJwk | undefined {
  const { typ, alg, jwk, crit } = asRecord(header)
  if (typ !== DEVICE_PROOF_TYPE || alg !== 'ES256' || crit !== undefined) return undefined
  if (boundKey === undefined) return parseEcPublicJwk(jwk)
  return jwk === undefined ? boundKey : undefined
}

export function dbscProofFromClaims(claims: unknown, key: EcPublicJwk): DbscProof | undefined {
  const { jti, aud } = asRecord(claims)
  if (typeof jti !== 'string' || jti === '' || (aud !== undefined && typeof aud !== 'string')) return undefined
  return { key, challenge: jti, audience: aud ?? null }
}
