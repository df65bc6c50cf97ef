// Proofs as signed JWTs (RFC 9449, 4.2; Device Bound Session Credentials) on node:crypto, with ES256 alone.

import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { deviceProofOf, signerOf } from '../domain/device-proof.ts'
import { keyOfHeader, type ProofKey, partsOfProof, proofOfClaims } from '../domain/key-proof.ts'
import { boundKeyOf } from '../domain/token.ts'
import type { KeyProofs } from '../ports/key-proofs.ts'

export function createKeyProofs(): KeyProofs {
  return {
    read(text) {
      const signed = open(text, keyOfHeader)
      return signed && proofOfClaims(signed.claims, sha256(JSON.stringify(signed.key)))
    },
    readDevice(text, boundTo) {
      const signed = open(text, (header) => signerOf(header, boundTo))
      return signed && deviceProofOf(signed.claims, signed.key)
    },
    boundTo: (token) => boundKeyOf(decoded(token.split('.')[1] ?? '')),
    hashOf: sha256,
  }
}

/** The claims, where the key that `keyFor` finds for the header has signed them. */
function open(
  text: string,
  keyFor: (header: unknown) => ProofKey | undefined,
): { readonly key: ProofKey; readonly claims: unknown } | undefined {
  const [header = '', claims = '', third = ''] = partsOfProof(text) ?? []
  const key = keyFor(decoded(header))
  const object = key && importKey(key)
  const signature = Buffer.from(third, 'base64url')
  if (key === undefined || object === undefined || signature.toString('base64url') !== third) return undefined
  const isSigned = verify('sha256', Buffer.from(`${header}.${claims}`), { key: object, dsaEncoding: 'ieee-p1363' }, signature)
  return isSigned ? { key, claims: decoded(claims) } : undefined
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** Undefined when it is no point of the curve. */
function importKey(key: ProofKey): KeyObject | undefined {
  try {
    return createPublicKey({ key: { ...key }, format: 'jwk' })
  } catch {
    return undefined
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
