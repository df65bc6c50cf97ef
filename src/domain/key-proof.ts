// What proves that whoever sends a token holds the key that it is bound to (RFC 9449): a signed JWT, of which header and claims are
// judged here. Parsing and signatures are the platform's, or those of whoever verifies.

import { DPOP_PROOF_TYPE } from './persisted-names.ts'
import { SECOND } from './time.ts'

/** A proof whose signature is good. */
export interface KeyProof {
  /** SHA-256 thumbprint of the key that signed it (RFC 7638), base64url. */
  readonly thumbprint: string
  readonly method: string
  readonly url: string
  /** Seconds since 1970, by the client's clock. */
  readonly issuedAt: number
  /** Its own, so that it counts once. */
  readonly id: string
  /** SHA-256 of the token that it goes with, base64url; null where it goes with none. */
  readonly tokenHash: string | null
}

/** A public key on the curve P-256 (RFC 7518, 6.2), in the order in which its thumbprint is made (RFC 7638). */
export interface ProofKey {
  readonly crv: 'P-256'
  readonly kty: 'EC'
  readonly x: string
  readonly y: string
}

export const MAX_PROOF = 2048
const MAX_ID = 128
const COORDINATE = /^[\w-]{43}$/
const SHAPE = /^([\w-]+)\.([\w-]+)\.([\w-]{86})$/

/** Header, claims and signature of a proof, each in base64url; undefined where it has not the form of one. 64 bytes are 86 characters. */
export function partsOfProof(text: string): readonly [header: string, claims: string, signature: string] | undefined {
  const [, header, claims, signature] = (text.length <= MAX_PROOF && SHAPE.exec(text)) || []
  return header === undefined || claims === undefined || signature === undefined ? undefined : [header, claims, signature]
}

/** The key in a header that is ours to understand as a whole: with `crit`, with a private key, with another algorithm, it is not. */
export function keyOfHeader(header: unknown): ProofKey | undefined {
  const { typ, alg, jwk, crit } = membersOf(header)
  return typ === DPOP_PROOF_TYPE && alg === 'ES256' && crit === undefined ? publicKeyOf(jwk) : undefined
}

/** The public key in a JWK (RFC 7517); undefined where it is none on this curve, or has its private half with it. */
export function publicKeyOf(jwk: unknown): ProofKey | undefined {
  const { kty, crv, x, y, d } = membersOf(jwk)
  if (kty !== 'EC' || crv !== 'P-256' || d !== undefined || typeof x !== 'string' || typeof y !== 'string') return undefined
  return COORDINATE.test(x) && COORDINATE.test(y) ? { crv, kty, x, y } : undefined
}

/** @param thumbprint of the key that has signed these claims */
export function proofOfClaims(claims: unknown, thumbprint: string): KeyProof | undefined {
  const { htm, htu, iat, jti, ath } = membersOf(claims)
  if (typeof htm !== 'string' || typeof htu !== 'string' || typeof iat !== 'number' || !Number.isFinite(iat)) return undefined
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_ID) return undefined
  if (ath !== undefined && typeof ath !== 'string') return undefined
  return { thumbprint, method: htm, url: htu, issuedAt: iat, id: jti, tokenHash: ath ?? null }
}

export function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** What the proof must say of the request that carries it. */
export interface KeyProofOccasion {
  readonly method: string
  /** Without query and fragment. */
  readonly url: string
  /** Null where a token is asked for, and none is sent. */
  readonly token: { readonly hash: string; readonly boundTo: string } | null
}

/** `unbound`: the token is bound to no key, and has to be. */
export type KeyProofRefusal = 'unbound' | 'missing' | 'malformed' | 'method' | 'url' | 'time' | 'token' | 'key' | 'replayed'

/** How long a proof is good, to either side of its time. Milliseconds: clocks of clients are often wrong by some seconds. */
export const PROOF_LIFETIME = 60 * SECOND

/** One that is dated ahead is good for twice its life, and one moment longer it must be known. */
export const PROOF_REMEMBERED_FOR = 2 * PROOF_LIFETIME + SECOND

export function judgeKeyProof(proof: KeyProof, { method, url, token }: KeyProofOccasion, now: number): KeyProofRefusal | undefined {
  if (proof.method !== method) return 'method'
  const shown = withoutQuery(proof.url)
  if (shown === undefined || shown !== withoutQuery(url)) return 'url'
  if (Math.abs(now - proof.issuedAt * SECOND) > PROOF_LIFETIME) return 'time'
  if (token === null) return undefined
  if (proof.tokenHash !== token.hash) return 'token'
  return proof.thumbprint === token.boundTo ? undefined : 'key'
}

/** Scheme and host in one spelling (RFC 3986, 6.2.2), the path as it is. */
function withoutQuery(url: string): string | undefined {
  const parts = /^(https?):\/\/([^/?#@]+)([^?#]*)/i.exec(url)
  if (parts === null) return undefined
  const [, scheme = '', host = '', path = ''] = parts
  const usualPort = scheme.toLowerCase() === 'https' ? ':443' : ':80'
  const named = host.toLowerCase()
  return `${scheme.toLowerCase()}://${named.endsWith(usualPort) ? named.slice(0, -usualPort.length) : named}${path || '/'}`
}
