// DPoP keys and proofs (RFC 9449), with any header or claim overridden.

import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'

export interface DpopKey {
  readonly privateKey: KeyObject
  readonly jwk: Readonly<Record<string, unknown>>
  readonly thumbprint: string
}

export function makeDpopKey(): DpopKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { crv, kty, x, y } = publicKey.export({ format: 'jwk' })
  return { privateKey, jwk: { crv, kty, x, y }, thumbprint: sha256(JSON.stringify({ crv, kty, x, y })) }
}

export interface DpopProofOptions {
  readonly method: string
  readonly url: string
  /** Milliseconds since 1970. */
  readonly now: number
  readonly token?: string
  readonly header?: object
  readonly claims?: object
  readonly signed?: (text: string) => Buffer
}

export function makeDpopProof(key: DpopKey, { method, url, now, token, header = {}, claims = {}, signed }: DpopProofOptions): string {
  const bytes = signed ?? ((text: string) => sign('sha256', Buffer.from(text), { key: key.privateKey, dsaEncoding: 'ieee-p1363' }))
  const ath = token === undefined ? {} : { ath: sha256(token) }
  const text = [
    { typ: 'dpop+jwt', alg: 'ES256', jwk: key.jwk, ...header },
    { htm: method, htu: url, iat: Math.floor(now / 1000), jti: randomUUID(), ...ath, ...claims },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${text}.${bytes(text).toString('base64url')}`
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
