// Proofs as signed JWTs (RFC 9449, 4.2; Device Bound Session Credentials) on node:crypto, with ES256 alone.

import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import { deviceProofOf, signerOf } from '../domain/device-proof.ts'
import { keyOfHeader, type ProofKey, partsOfProof, proofOfClaims } from '../domain/key-proof.ts'
import { boundKeyOf } from '../domain/token.ts'
import { TwoGenerations } from '../domain/two-generations.ts'
import type { KeyProofs } from '../ports/key-proofs.ts'

/** To make a key of its numbers takes half as long as to verify by it, and whoever has sent one proof sends more. */
const KEYS_KEPT = 1_000

type Keys = TwoGenerations<string, KeyObject>

export function createKeyProofs(): KeyProofs {
  const keys: Keys = new TwoGenerations(KEYS_KEPT)
  return {
    read(text) {
      const signed = open(keys, text, keyOfHeader)
      return signed && proofOfClaims(signed.claims, sha256(JSON.stringify(signed.key)))
    },
    readDevice(text, boundTo) {
      const signed = open(keys, text, (header) => signerOf(header, boundTo))
      return signed && deviceProofOf(signed.claims, signed.key)
    },
    boundTo: (token) => boundKeyOf(decoded(token.split('.')[1] ?? '')),
    hashOf: sha256,
  }
}

/** The claims, where the key that `keyFor` finds for the header has signed them. */
function open(
  keys: Keys,
  text: string,
  keyFor: (header: unknown) => ProofKey | undefined,
): { readonly key: ProofKey; readonly claims: unknown } | undefined {
  const [header = '', claims = '', third = ''] = partsOfProof(text) ?? []
  const key = keyFor(decoded(header))
  const name = key && `${key.x}.${key.y}`
  const object = name && (keys.get(name) ?? importKey(key))
  const signature = Buffer.from(third, 'base64url')
  if (!object || signature.toString('base64url') !== third) return undefined
  const isSigned = verify('sha256', Buffer.from(`${header}.${claims}`), { key: object, dsaEncoding: 'ieee-p1363' }, signature)
  if (!isSigned) return undefined
  keys.set(name, object)
  return { key, claims: decoded(claims) }
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
