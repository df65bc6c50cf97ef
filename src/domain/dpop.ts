// What proves that whoever sends a token holds the key that it is bound to (RFC 9449): a signed JWT, of which header and claims are
// judged here. Parsing and signatures are the platform's, or those of whoever verifies.

import { DPOP_PROOF_TYPE } from './persisted-names.ts'
import { SECOND } from './time.ts'

/** A proof whose signature is good. */
export interface DpopProof {
  /** SHA-256 thumbprint of the key that signed it (RFC 7638), base64url. */
  readonly thumbprint: string
  readonly htm: string
  readonly htu: string
  /** Seconds since 1970, by the client's clock. */
  readonly iat: number
  /** Its own, so that it counts once. */
  readonly jti: string
  /** SHA-256 of the token that it goes with, base64url; null where it goes with none. */
  readonly ath: string | null
}

/** A public key on the curve P-256 (RFC 7518, 6.2), in the order in which its thumbprint is made (RFC 7638). */
export interface EcPublicJwk {
  readonly crv: 'P-256'
  readonly kty: 'EC'
  readonly x: string
  readonly y: string
}

export const MAX_PROOF_LENGTH = 2048
const MAX_JTI_LENGTH = 128
const COORDINATE = /^[\w-]{43}$/
const JWS_COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]{86})$/

/** Header, claims and signature of a proof, each in base64url; undefined where it has not the form of one. 64 bytes are 86 characters. */
export function splitCompactJws(text: string): readonly [header: string, claims: string, signature: string] | undefined {
  const [, header, claims, signature] = (text.length <= MAX_PROOF_LENGTH && JWS_COMPACT.exec(text)) || []
  return header === undefined || claims === undefined || signature === undefined ? undefined : [header, claims, signature]
}

/** The key in a header that is ours to understand as a whole: with `crit`, with a private key, with another algorithm, it is not. */
export function dpopKeyFromHeader(header: unknown): EcPublicJwk | undefined {
  const { typ, alg, jwk, crit } = asRecord(header)
  return typ === DPOP_PROOF_TYPE && alg === 'ES256' && crit === undefined ? parseEcPublicJwk(jwk) : undefined
}

/** The public key in a JWK (RFC 7517); undefined where it is none on this curve, or has its private half with it. */
export function parseEcPublicJwk(jwk: unknown): EcPublicJwk | undefined {
  const { kty, crv, x, y, d } = asRecord(jwk)
  if (kty !== 'EC' || crv !== 'P-256' || d !== undefined || typeof x !== 'string' || typeof y !== 'string') return undefined
  return COORDINATE.test(x) && COORDINATE.test(y) ? { crv, kty, x, y } : undefined
}

/** @param thumbprint of the key that has signed these claims */
export function dpopProofFromClaims(claims: unknown, thumbprint: string): DpopProof | undefined {
  const { htm, htu, iat, jti, ath } = asRecord(claims)
  if (typeof htm !== 'string' || typeof htu !== 'string' || typeof iat !== 'number' || !Number.isFinite(iat)) return undefined
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) return undefined
  if (ath !== undefined && typeof ath !== 'string') return undefined
  return { thumbprint, htm: htm, htu: htu, iat: iat, jti: jti, ath: ath ?? null }
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** What the proof must say of the request that carries it. */
export interface DpopTarget {
  readonly htm: string
  /** Without query and fragment. */
  readonly htu: string
  /** Null where a token is asked for, and none is sent. */
  readonly token: { readonly hash: string; readonly boundTo: string } | null
}

/** `unbound`: the token is bound to no key, and has to be. */
export type DpopRefusal = 'unbound' | 'missing' | 'malformed' | 'method' | 'url' | 'time' | 'token' | 'key' | 'replayed'

/** How long a proof is good, to either side of its time. Milliseconds: clocks of clients are often wrong by some seconds. */
export const DPOP_PROOF_LIFETIME = 60 * SECOND

/** One that is dated ahead is good for twice its life, and one moment longer it must be known. */
export const DPOP_REPLAY_WINDOW = 2 * DPOP_PROOF_LIFETIME + SECOND

export function checkDpopProof(proof: DpopProof, { htm, htu, token }: DpopTarget, now: number): DpopRefusal | undefined {
  if (proof.htm !== htm) return 'method'
  const shown = normalizeHtu(proof.htu)
  if (shown === undefined || shown !== normalizeHtu(htu)) return 'url'
  if (Math.abs(now - proof.iat * SECOND) > DPOP_PROOF_LIFETIME) return 'time'
  if (token === null) return undefined
  if (proof.ath !== token.hash) return 'token'
  return proof.thumbprint === token.boundTo ? undefined : 'key'
}

/** Scheme and host in one spelling (RFC 3986, 6.2.2), the path as it is. */
function normalizeHtu(url: string): string | undefined {
  const parts = /^(https?):\/\/([^/?#@]+)([^?#]*)/i.exec(url)
  if (parts === null) return undefined
  const [, scheme = '', host = '', path = ''] = parts
  const usualPort = scheme.toLowerCase() === 'https' ? ':443' : ':80'
  const named = host.toLowerCase()
  return `${scheme.toLowerCase()}://${named.endsWith(usualPort) ? named.slice(0, -usualPort.length) : named}${path || '/'}`
}
