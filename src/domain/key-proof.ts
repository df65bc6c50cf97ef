// What proves that whoever sends a token holds the key that it is bound to (RFC 9449). Parsing and signatures are the platform's.

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

/** What the proof must say of the request that carries it. */
export interface KeyProofOccasion {
  readonly method: string
  /** Without query and fragment. */
  readonly url: string
  /** Null where a token is asked for, and none is sent. */
  readonly token: { readonly hash: string; readonly boundTo: string } | null
}

export type KeyProofRefusal = 'missing' | 'malformed' | 'method' | 'url' | 'time' | 'token' | 'key' | 'replayed'

/** How long a proof is good, to either side of its time. Milliseconds: clocks of clients are often wrong by some seconds. */
export const PROOF_LIFETIME = 60 * SECOND

export function judgeKeyProof(proof: KeyProof, { method, url, token }: KeyProofOccasion, now: number): KeyProofRefusal | undefined {
  if (proof.method !== method) return 'method'
  if (withoutQuery(proof.url) !== withoutQuery(url)) return 'url'
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
