// Device proofs (Device Bound Session Credentials): checks of header and claims. The platform parses them and verifies signatures.

import { asRecord, type EcPublicJwk, parseEcPublicJwk } from './dpop.ts'
import { DEVICE_PROOF_TYPE } from './persisted-names.ts'

/** A proof with a valid signature. */
export interface DbscProof {
  readonly key: EcPublicJwk
  readonly challenge: string
  /** The URL that it was made for; null when the browser omits it, as most do. */
  readonly audience: string | null
}

/**
 * The key that must have signed a proof with this header: at registration the key in the header, afterwards the bound key. Undefined unless
 * the header has exactly the form required for that case.
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
