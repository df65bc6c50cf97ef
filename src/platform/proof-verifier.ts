// Verifies proof JWTs on node:crypto, with ES256 only: DPoP proofs (RFC 9449, 4.2) and device proofs (Device Bound Session Credentials).

import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { dbscKeyFromHeader, dbscProofFromClaims } from '../domain/dbsc-proof.ts'
import { dpopKeyFromHeader, dpopProofFromClaims, type EcPublicJwk, splitCompactJws } from '../domain/dpop.ts'
import { boundThumbprint } from '../domain/token.ts'
import { TwoGenerationCache } from '../domain/two-generation-cache.ts'
import type { ProofVerifier } from '../ports/proof-verifier.ts'

/** Importing a key takes half as long as verifying a signature, and a client that has sent one proof sends more. */
const MAX_CACHED_KEYS = 1_000

type Keys = TwoGenerationCache<string, KeyObject>

export function createProofVerifier(): ProofVerifier {
  const keys: Keys = new TwoGenerationCache(MAX_CACHED_KEYS)
  return {
    read(text) {
      const signed = verifySignature(keys, text, dpopKeyFromHeader)
      return signed && dpopProofFromClaims(signed.claims, sha256(JSON.stringify(signed.key)))
    },
    readDevice(text, boundTo) {
      const signed = verifySignature(keys, text, (header) => dbscKeyFromHeader(header, boundTo))
      return signed && dbscProofFromClaims(signed.claims, signed.key)
    },
    boundThumbprint: (token) => boundThumbprint(decodePart(token.split('.')[1] ?? '')),
    sha256: sha256,
  }
}

/** Returns the key from `keyFor` and the claims, if the signature is valid for this key. */
function verifySignature(
  keys: Keys,
  text: string,
  keyFor: (header: unknown) => EcPublicJwk | undefined,
): { readonly key: EcPublicJwk; readonly claims: unknown } | undefined {
  const [header = '', claims = '', encodedSignature = ''] = splitCompactJws(text) ?? []
  const key = keyFor(decodePart(header))
  const name = key && `${key.x}.${key.y}`
  const object = name && (keys.get(name) ?? importKey(key))
  const signature = Buffer.from(encodedSignature, 'base64url')
  if (!object || signature.toString('base64url') !== encodedSignature) return undefined
  const isSigned = verify('sha256', Buffer.from(`${header}.${claims}`), { key: object, dsaEncoding: 'ieee-p1363' }, signature)
  if (!isSigned) return undefined
  keys.set(name, object)
  return { key, claims: decodePart(claims) }
}

function decodePart(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    return undefined
  }
}

/** Returns undefined when the coordinates are not a point of the curve. */
function importKey(key: EcPublicJwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: { ...key }, format: 'jwk' })
  } catch {
    return undefined
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
