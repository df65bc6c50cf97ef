// Proofs as signed JWTs (RFC 9449, 4.2) on node:crypto, with ES256 alone.

import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { keyOfHeader, type ProofKey, partsOfProof, proofOfClaims } from '../domain/key-proof.ts'
import { boundKeyOf } from '../domain/token.ts'
import type { KeyProofs } from '../ports/key-proofs.ts'

export function createKeyProofs(): KeyProofs {
  return {
    read(text) {
      const [header = '', claims = '', third = ''] = partsOfProof(text) ?? []
      const key = keyOfHeader(decoded(header))
      const object = key && importKey(key)
      const signature = Buffer.from(third, 'base64url')
      if (object === undefined || signature.toString('base64url') !== third) return undefined
      const isSigned = verify('sha256', Buffer.from(`${header}.${claims}`), { key: object, dsaEncoding: 'ieee-p1363' }, signature)
      return isSigned ? proofOfClaims(decoded(claims), sha256(JSON.stringify(key))) : undefined
    },
    boundTo: (token) => boundKeyOf(decoded(token.split('.')[1] ?? '')),
    hashOf: sha256,
  }
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
