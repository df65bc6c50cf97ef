// Signs and verifies access tokens as JWTs (RFC 7515, RFC 8037, RFC 7518, RFC 9068) on node:crypto. Each key has one algorithm
// (RFC 8725, 3.1).
//
// The header of a token selects nothing. Each key has exactly one header, the one written here; a token whose header differs in a
// single character is rejected, whatever `alg`, `jwk` or `crit` it has.

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { algorithmOf, publicJwkOf, type SigningKeyRecord } from '../domain/key-ring.ts'
import { ACCESS_TOKEN_TYPE, SIGNING_KEY_SEAL } from '../domain/persisted-names.ts'
import type { PublicJwk, TokenAlgorithm } from '../domain/public-key.ts'
import { isTokenClaims } from '../domain/token.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Signing, TokenSigner } from '../ports/signing.ts'

const MAX_TOKEN = 4096
/** 64 bytes with either algorithm. */
const SIGNATURE_SHAPE = /^[\w-]{86}$/

/** A key with the parameters of its algorithm for node:crypto. */
interface Key {
  readonly digest: 'sha256' | null
  readonly key: KeyObject | { readonly key: KeyObject; readonly dsaEncoding: 'ieee-p1363' }
}

export function createSigning(secrets: Pick<Secrets, 'seal' | 'unseal'>): Signing {
  return {
    generate(at, algorithm) {
      const { jwk, d } = newKey(algorithm)
      const kid = thumbprint(jwk)
      const publicKey = jwk.kty === 'EC' ? `${jwk.x}.${jwk.y}` : jwk.x
      return { kid, alg: algorithm, createdAt: at, publicKey, sealedPrivateKey: secrets.seal(SIGNING_KEY_SEAL, kid, d), retiredAt: null }
    },

    signer(keys) {
      const [first] = keys
      if (first === undefined) throw new TypeError('A signer needs at least one key')
      return createSigner(keyFor(algorithmOf(first), privateKeyOf(first, secrets)), headerOf(first), keys)
    },
  }
}

function createSigner(signing: Key, signingHeader: string, keys: readonly SigningKeyRecord[]): TokenSigner {
  const publicKeys = new Map(
    keys.map((key) => [headerOf(key), keyFor(algorithmOf(key), createPublicKey({ key: { ...publicJwkOf(key) }, format: 'jwk' }))]),
  )
  return {
    sign(claims) {
      const signed = `${signingHeader}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
      return `${signed}.${sign(signing.digest, Buffer.from(signed), signing.key).toString('base64url')}`
    },

    verify(token) {
      if (token.length > MAX_TOKEN) return undefined
      const first = token.indexOf('.')
      const last = token.lastIndexOf('.')
      const known = publicKeys.get(token.slice(0, first))
      if (known === undefined || last <= first) return undefined
      const payload = token.slice(first + 1, last)
      const signature = Buffer.from(token.slice(last + 1), 'base64url')
      if (!SIGNATURE_SHAPE.test(token.slice(last + 1)) || signature.toString('base64url') !== token.slice(last + 1)) return undefined
      if (!verify(known.digest, Buffer.from(token.slice(0, last)), known.key, signature)) return undefined
      return claimsOf(payload)
    },
  }
}

function keyFor(algorithm: TokenAlgorithm, key: KeyObject): Key {
  return algorithm === 'EdDSA' ? { digest: null, key } : { digest: 'sha256', key: { key, dsaEncoding: 'ieee-p1363' } }
}

function newKey(algorithm: TokenAlgorithm): { readonly jwk: PublicJwk; readonly d: string } {
  const pair = algorithm === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x, y, d } = pair.privateKey.export({ format: 'jwk' })
  if (x === undefined || d === undefined) throw new Error('A new key lacks JWK members')
  if (algorithm === 'EdDSA') return { jwk: { crv: 'Ed25519', kty: 'OKP', x }, d }
  if (y === undefined) throw new Error('A new key lacks JWK members')
  return { jwk: { crv: 'P-256', kty: 'EC', x, y }, d }
}

function claimsOf(payload: string) {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return isTokenClaims(claims) ? claims : undefined
  } catch {
    return undefined
  }
}

function headerOf(key: SigningKeyRecord): string {
  return Buffer.from(JSON.stringify({ alg: algorithmOf(key), typ: ACCESS_TOKEN_TYPE, kid: key.kid })).toString('base64url')
}

function privateKeyOf(key: SigningKeyRecord, secrets: Pick<Secrets, 'unseal'>): KeyObject {
  const d = secrets.unseal(SIGNING_KEY_SEAL, key.kid, key.sealedPrivateKey)
  if (d === undefined) {
    throw new Error(
      'LATCHKEY_SECRET cannot decrypt the signing keys in the database: they were created with another secret. Append that secret, separated by a comma. If it is lost, run DELETE FROM latchkey_key_ring: new keys are created, and all users sign in again.',
    )
  }
  return createPrivateKey({ key: { ...publicJwkOf(key), d }, format: 'jwk' })
}

/** The key id: the JWK thumbprint (RFC 7638). The members of `PublicJwk` are in the order that the RFC demands. */
function thumbprint(jwk: PublicJwk): string {
  return createHash('sha256').update(JSON.stringify(jwk)).digest('base64url')
}
