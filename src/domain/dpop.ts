// DPoP proofs (RFC 9449): checks of header and claims. The platform, or the verifier, parses them and verifies signatures.

import { DPOP_PROOF_TYPE } from './persisted-names.ts'
import { SECOND } from './time.ts'

/** A proof with a valid signature. */
export interface DpopProof {
  /** SHA-256 thumbprint of the key that signed it (RFC 7638), base64url. */
  readonly thumbprint: string
  readonly htm: string
  readonly htu: string
  /** Seconds since 1970, by the client's clock. */
  readonly iat: number
  /** Unique, so that the proof is accepted once. */
  readonly jti: string
  /** SHA-256 of the token that it accompanies, base64url; null when there is no token. */
  readonly ath: string | null
}

/** A public key on the curve P-256 (RFC 7518, 6.2), its members in the order of the thumbprint (RFC 7638). */
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

/** Header, claims and signature of a proof, each in base64url; undefined when the form is wrong. 64 bytes are 86 characters. */
export function splitCompactJws(text: string): readonly [header: string, claims: string, signature: string] | undefined {
  const [, header, claims, signature] = (text.length <= MAX_PROOF_LENGTH && JWS_COMPACT.exec(text)) || []
  return header === undefined || claims === undefined || signature === undefined ? undefined : [header, claims, signature]
}

/** The key in an acceptable header; undefined with `crit`, with a private key, or with another algorithm. */
export function dpopKeyFromHeader(header: unknown): EcPublicJwk | undefined {
  const { typ, alg, jwk, crit } = asRecord(header)
  return typ === DPOP_PROOF_TYPE && alg === 'ES256' && crit === undefined ? parseEcPublicJwk(jwk) : undefined
}

/** The public key in a JWK (RFC 7517); undefined unless it is on this curve and comes without its private half. */
export function parseEcPublicJwk(jwk: unknown): EcPublicJwk | undefined {
  const { kty, crv, x, y, d } = asRecord(jwk)
  if (kty !== 'EC' || crv !== 'P-256' || d !== undefined || typeof x !== 'string' || typeof y !== 'string') return undefined
  return COORDINATE.test(x) && COORDINATE.test(y) ? { crv, kty, x, y } : undefined
}

/** @param thumbprint of the key that signed these claims */
export function dpopProofFromClaims(claims: unknown, thumbprint: string): DpopProof | undefined {
  const { htm, htu, iat, jti, ath } = asRecord(claims)
  if (typeof htm !== 'string' || typeof htu !== 'string' || typeof iat !== 'number' || !Number.isFinite(iat)) return undefined
  if (typeof jti !== 'string' || jti === '' || jti.length > MAX_JTI_LENGTH) return undefined
  if (ath !== undefined && typeof ath !== 'string') return undefined
  return { thumbprint, htm, htu, iat, jti, ath: ath ?? null }
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

/** The request that a proof must match. */
export interface DpopTarget {
  readonly htm: string
  /** Without query and fragment. */
  readonly htu: string
  /** Null when a token is requested, so that none is sent. */
  readonly token: { readonly hash: string; readonly boundTo: string } | null
}

/** `unbound`: the token is not bound to a key, but has to be. */
export type DpopRefusal = 'unbound' | 'missing' | 'malformed' | 'method' | 'url' | 'time' | 'token' | 'key' | 'replayed'

/** How far a proof's time may differ from ours, in milliseconds: client clocks are often wrong by some seconds. */
export const DPOP_PROOF_LIFETIME = 60 * SECOND

/** A proof dated in the future is valid for twice the lifetime; it is remembered slightly longer. */
export const DPOP_REPLAY_WINDOW = 2 * DPOP_PROOF_LIFETIME + SECOND

export function checkDpopProof(proof: DpopProof, { htm, htu, token }: DpopTarget, now: number): DpopRefusal | undefined {
  if (proof.htm !== htm) return 'method'
  const proofUrl = normalizeHtu(proof.htu)
  if (proofUrl === undefined || proofUrl !== normalizeHtu(htu)) return 'url'
  if (Math.abs(now - proof.iat * SECOND) > DPOP_PROOF_LIFETIME) return 'time'
  if (token === null) return undefined
  if (proof.ath !== token.hash) return 'token'
  return proof.thumbprint === token.boundTo ? undefined : 'key'
}

/** Scheme and host normalised (RFC 3986, 6.2.2); the path unchanged. */
function normalizeHtu(url: string): string | undefined {
  const parts = /^(https?):\/\/([^/?#@]+)([^?#]*)/i.exec(url)
  if (parts === null) return undefined
  const [, scheme = '', host = '', path = ''] = parts
  const defaultPort = scheme.toLowerCase() === 'https' ? ':443' : ':80'
  const lowerCaseHost = host.toLowerCase()
  const normalHost = lowerCaseHost.endsWith(defaultPort) ? lowerCaseHost.slice(0, -defaultPort.length) : lowerCaseHost
  return `${scheme.toLowerCase()}://${normalHost}${path || '/'}`
}
