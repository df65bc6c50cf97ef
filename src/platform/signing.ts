// Tokens as signed JWTs (RFC 7515, RFC 8037, RFC 9068) on node:crypto, with Ed25519 alone (RFC 8725, 3.1).
//
// A token's header decides nothing. There is exactly one header per key, the one that we write; a token whose header is not
// one of them to the letter is not ours, whatever `alg`, `jwk` or `crit` it names.

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import type { SigningKeyRecord } from '../domain/key-ring.ts'
import { isTokenClaims } from '../domain/token.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Signing, TokenSigner } from '../ports/signing.ts'

const MAX_TOKEN = 4096
const SIGNATURE_SHAPE = /^[\w-]{86}$/
const SEAL_PURPOSE = 'signing-key'

export function createSigning(secrets: Pick<Secrets, 'seal' | 'unseal'>): Signing {
  return {
    generate(at) {
      const { x, d } = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
      if (x === undefined || d === undefined) throw new Error('Ed25519 key without its JWK members')
      const kid = thumbprint(x)
      return { kid, createdAt: at, publicKey: x, sealedPrivateKey: secrets.seal(SEAL_PURPOSE, kid, d), retiredAt: null }
    },

    signer(keys) {
      const [first] = keys
      if (first === undefined) throw new TypeError('A signer needs at least one key')
      return createSigner(privateKeyOf(first, secrets), headerOf(first.kid), keys)
    },
  }
}

function createSigner(signingKey: KeyObject, signingHeader: string, keys: readonly SigningKeyRecord[]): TokenSigner {
  const publicKeys = new Map(keys.map((key) => [headerOf(key.kid), createPublicKey({ key: publicJwk(key), format: 'jwk' })]))
  return {
    sign(claims) {
      const signed = `${signingHeader}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
      return `${signed}.${sign(null, Buffer.from(signed), signingKey).toString('base64url')}`
    },

    verify(token) {
      if (token.length > MAX_TOKEN) return undefined
      const first = token.indexOf('.')
      const last = token.lastIndexOf('.')
      const key = publicKeys.get(token.slice(0, first))
      if (key === undefined || last <= first) return undefined
      const payload = token.slice(first + 1, last)
      const signature = Buffer.from(token.slice(last + 1), 'base64url')
      if (!SIGNATURE_SHAPE.test(token.slice(last + 1)) || signature.toString('base64url') !== token.slice(last + 1)) return undefined
      if (!verify(null, Buffer.from(token.slice(0, last)), key, signature)) return undefined
      return claimsOf(payload)
    },
  }
}

function claimsOf(payload: string) {
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
    return isTokenClaims(claims) ? claims : undefined
  } catch {
    return undefined
  }
}

function headerOf(kid: string): string {
  return Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid })).toString('base64url')
}

function publicJwk(key: SigningKeyRecord) {
  return { kty: 'OKP', crv: 'Ed25519', x: key.publicKey }
}

function privateKeyOf(key: SigningKeyRecord, secrets: Pick<Secrets, 'unseal'>): KeyObject {
  const d = secrets.unseal(SEAL_PURPOSE, key.kid, key.sealedPrivateKey)
  if (d === undefined) {
    throw new Error(
      'LATCHKEY_SECRET does not open the signing keys in the database: it is not the secret they were made with. Put that one after it, with a comma; where it is lost, DELETE FROM latchkey_key_ring has new ones made, and everybody signs in anew.',
    )
  }
  return createPrivateKey({ key: { ...publicJwk(key), d }, format: 'jwk' })
}

/** RFC 7638: the key's own digest is its name. */
function thumbprint(x: string): string {
  return createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url')
}
