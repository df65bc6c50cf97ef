// The key ring: which key signs, which only verify, and until when. The next key is published before it signs, so that
// whoever caches the JWKS knows it already.

import type { PublicJwk, TokenAlgorithm } from './public-key.ts'

export interface SigningKeyRecord {
  readonly kid: string
  /** Absent in records from before there was a choice, which are all `EdDSA`. */
  readonly alg?: TokenAlgorithm
  readonly createdAt: number
  /** The public half, base64url: `x` of a key for EdDSA (RFC 8037); `x` and `y` of one for ES256 (RFC 7518), with a dot in between. */
  readonly publicKey: string
  /** The private half, sealed under LATCHKEY_SECRET. */
  readonly sealedPrivateKey: string
  readonly retiredAt: number | null
}

/** The one algorithm that the key is for. */
export function algorithmOf({ alg = 'EdDSA' }: SigningKeyRecord): TokenAlgorithm {
  return alg
}

export function publicJwkOf(key: SigningKeyRecord): PublicJwk {
  if (algorithmOf(key) === 'EdDSA') return { crv: 'Ed25519', kty: 'OKP', x: key.publicKey }
  const [x = '', y = ''] = key.publicKey.split('.')
  return { crv: 'P-256', kty: 'EC', x, y }
}

/** A key for another service of the deployment: only its hash is kept. */
export interface ServiceKeyRecord {
  readonly id: string
  readonly name: string
  readonly hash: string
  readonly createdAt: number
}

const SERVICE_NAME = /^[^\p{C}]{1,64}$/u

/** True for what a service may be called: 1 to 64 characters, all of them seen. */
export function isServiceName(text: string): boolean {
  return SERVICE_NAME.test(text) && text.trim() !== ''
}

export interface KeyRingRecord {
  readonly version: number
  readonly signing: SigningKeyRecord
  readonly next: SigningKeyRecord
  readonly retired: readonly SigningKeyRecord[]
  readonly services: readonly ServiceKeyRecord[]
  readonly rotatedAt: number
  /** No key, and beside them because every process has to know it, and hears of a change: absent until all users were looked at once. */
  readonly slowHashes?: SlowHashes
}

/** Which kinds of hashes of other software, or of older parameters, the users have. */
export interface SlowHashes {
  /** One of each kind, of nobody's password: see `equalCostHash`. */
  readonly samples: readonly string[]
  /** Grows with every import, so that who looked at all users knows whether others came meanwhile. */
  readonly imports: number
  /** When all users were looked at last, in milliseconds since 1970. */
  readonly surveyedAt: number
}

/** A signing key as hosts get to see it: what the JWKS tells of it, and since when. Times in milliseconds since 1970. */
export interface SigningKey {
  readonly kid: string
  readonly createdAt: number
  readonly retiredAt: number | null
}

/** The signing keys without their private halves, and without the digests of service keys. */
export interface SigningKeys {
  readonly signing: SigningKey
  /** Published already, and the next to sign. */
  readonly next: SigningKey
  readonly retired: readonly SigningKey[]
  /** Milliseconds since 1970. */
  readonly rotatedAt: number
}

export function publicKeys({ signing, next, retired, rotatedAt }: KeyRingRecord): SigningKeys {
  const one = ({ kid, createdAt, retiredAt }: SigningKeyRecord): SigningKey => ({ kid, createdAt, retiredAt })
  return { signing: one(signing), next: one(next), retired: retired.map(one), rotatedAt }
}

/** Other processes may sign with a key a little longer than the one that retired it. */
const HANDOVER_MS = 60_000

export function createKeyRing(signing: SigningKeyRecord, next: SigningKeyRecord, at: number): KeyRingRecord {
  return { version: 1, signing, next, retired: [], services: [], rotatedAt: at }
}

/** The next key begins to sign, the one that signed retires, and retired keys whose last token is dead are dropped. */
export function rotateKeyRing(ring: KeyRingRecord, next: SigningKeyRecord, at: number, tokenLifetime: number): KeyRingRecord {
  return replaceSigningKeys(ring, { signing: ring.next, next: next }, at, tokenLifetime)
}

/**
 * These keys take over, such as those of another algorithm, and the one that signed retires. The next key has signed nothing, and is dropped.
 * Verifiers learn of the new keys from the log, or when they meet a `kid` that they do not know.
 */
export function replaceSigningKeys(
  ring: KeyRingRecord,
  { signing, next }: Pick<KeyRingRecord, 'signing' | 'next'>,
  at: number,
  tokenLifetime: number,
): KeyRingRecord {
  const alive = ring.retired.filter((key) => at < (key.retiredAt ?? at) + tokenLifetime + HANDOVER_MS)
  return {
    ...ring,
    version: ring.version + 1,
    signing,
    next,
    retired: [{ ...ring.signing, retiredAt: at }, ...alive],
    rotatedAt: at,
  }
}

/** Every key whose signature counts at `now`; the first one signs. */
export function verifyingKeys(ring: KeyRingRecord, now: number, tokenLifetime: number): readonly SigningKeyRecord[] {
  return [ring.signing, ring.next, ...ring.retired.filter((key) => now < (key.retiredAt ?? now) + tokenLifetime + HANDOVER_MS)]
}
