// Proofs as signed JWTs (RFC 9449, 4.2) on node:crypto, with ES256 alone.

import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import type { KeyProof } from '../domain/key-proof.ts'
import type { KeyProofs } from '../ports/key-proofs.ts'

const MAX_PROOF = 2048
const MAX_ID = 128
/** Three parts in base64url; 64 bytes of signature are 86 characters. */
const SHAPE = /^([\w-]+)\.([\w-]+)\.([\w-]{86})$/
const COORDINATE = /^[\w-]{43}$/

export function createKeyProofs(): KeyProofs {
  return {
    read(text) {
      if (text.length > MAX_PROOF) return undefined
      const [, first = '', second = '', third = ''] = SHAPE.exec(text) ?? []
      const key = keyOf(objectOf(first))
      const signature = Buffer.from(third, 'base64url')
      if (key === undefined || signature.toString('base64url') !== third) return undefined
      const isSigned = verify('sha256', Buffer.from(`${first}.${second}`), { key: key.object, dsaEncoding: 'ieee-p1363' }, signature)
      return isSigned ? proofOf(objectOf(second), key.thumbprint) : undefined
    },
    boundTo(token) {
      const { cnf } = objectOf(token.split('.')[1] ?? '')
      const jkt = typeof cnf === 'object' && cnf !== null ? (cnf as Json).jkt : undefined
      return typeof jkt === 'string' ? jkt : undefined
    },
    hashOf: sha256,
  }
}

type Json = Readonly<Record<string, unknown>>

function objectOf(part: string): Json {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {}
  } catch {
    return {}
  }
}

/** The key in a header that is ours to understand as a whole: with `crit`, or with a private key, it is not. */
function keyOf({ typ, alg, jwk, crit }: Json): { readonly object: KeyObject; readonly thumbprint: string } | undefined {
  if (typ !== 'dpop+jwt' || alg !== 'ES256' || crit !== undefined || typeof jwk !== 'object' || jwk === null) return undefined
  const { kty, crv, x, y, d } = jwk as Json
  if (kty !== 'EC' || crv !== 'P-256' || d !== undefined || typeof x !== 'string' || typeof y !== 'string') return undefined
  if (!COORDINATE.test(x) || !COORDINATE.test(y)) return undefined
  try {
    return { object: createPublicKey({ key: { kty, crv, x, y }, format: 'jwk' }), thumbprint: sha256(JSON.stringify({ crv, kty, x, y })) }
  } catch {
    // Not a point of the curve.
    return undefined
  }
}

function proofOf({ htm, htu, iat, jti, ath }: Json, thumbprint: string): KeyProof | undefined {
  if (typeof htm !== 'string' || typeof htu !== 'string' || typeof iat !== 'number' || !Number.isFinite(iat)) return undefined
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID) return undefined
  if (ath !== undefined && typeof ath !== 'string') return undefined
  return { thumbprint, method: htm, url: htu, issuedAt: iat, id: jti, tokenHash: ath ?? null }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
