// The key ring: the signing key, the next one, and retired keys that still verify. The next key is published before it signs, so that
// clients that cache the JWKS already have it.

import type { PublicJwk, TokenAlgorithm } from './public-key.ts'

export interface SigningKeyRecord {
  readonly kid: string
  /** Absent in records from versions with a single algorithm, `EdDSA`. */
  readonly alg?: TokenAlgorithm
  readonly createdAt: number
  /** The public half, base64url: `x` of an EdDSA key (RFC 8037); `x` and `y` of an ES256 key (RFC 7518), separated by a dot. */
  readonly publicKey: string
  /** The private half, sealed under LATCHKEY_SECRET. */
  readonly sealedPrivateKey: string
  readonly retiredAt: number | null
}

/** The algorithm of the key; a key has only one. */
export function algorithmOf({ alg = 'EdDSA' }: SigningKeyRecord): TokenAlgorithm {
  return alg
}

export function publicJwkOf(key: SigningKeyRecord): PublicJwk {
  if (algorithmOf(key) === 'EdDSA') return { crv: 'Ed25519', kty: 'OKP', x: key.publicKey }
  const [x = '', y = ''] = key.publicKey.split('.')
  return { crv: 'P-256', kty: 'EC', x, y }
}

/** A service key: authenticates another service of the deployment. Only its hash is stored. */
export interface ServiceKeyRecord {
  readonly id: string
  readonly name: string
  readonly hash: string
  readonly createdAt: number
}

const SERVICE_NAME = /^[^\p{C}]{1,64}$/u

/** True for a valid service name: 1 to 64 visible characters. */
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
  /**
   * Not a key: kept in the ring because every process reads the ring and is notified of changes. Absent until the first survey of all
   * users.
   */
  readonly slowHashes?: SlowHashes
}

/** The kinds of legacy and outdated password hashes that users have. */
export interface SlowHashes {
  /** One dummy hash of each kind: see `equalCostHash`. */
  readonly samples: readonly string[]
  /** Counts imports, so that a survey can detect that users were imported while it ran. */
  readonly imports: number
  /** When the last survey of all users finished, in milliseconds since 1970. */
  readonly surveyedAt: number
}

/** A signing key without its private half, for hosts. Times in milliseconds since 1970. */
export interface SigningKey {
  readonly kid: string
  readonly createdAt: number
  readonly retiredAt: number | null
}

/** The signing keys without their private halves, and without the digests of service keys. */
export interface SigningKeys {
  readonly signing: SigningKey
  /** Already published; signs after the next rotation. */
  readonly next: SigningKey
  readonly retired: readonly SigningKey[]
  /** Milliseconds since 1970. */
  readonly rotatedAt: number
}

export function publicKeys({ signing, next, retired, rotatedAt }: KeyRingRecord): SigningKeys {
  const one = ({ kid, createdAt, retiredAt }: SigningKeyRecord): SigningKey => ({ kid, createdAt, retiredAt })
  return { signing: one(signing), next: one(next), retired: retired.map(one), rotatedAt }
}

/** How long other processes may still sign with a retired key. */
const HANDOVER_MS = 60_000

export function createKeyRing(signing: SigningKeyRecord, next: SigningKeyRecord, at: number): KeyRingRecord {
  return { version: 1, signing, next, retired: [], services: [], rotatedAt: at }
}

/** The next key becomes the signing key, the signing key retires, and retired keys whose last token has expired are dropped. */
export function rotateKeyRing(ring: KeyRingRecord, next: SigningKeyRecord, at: number, tokenLifetime: number): KeyRingRecord {
  return replaceSigningKeys(ring, { signing: ring.next, next: next }, at, tokenLifetime)
}

/**
 * Replaces the signing key and the next key, for example after a change of the algorithm. The signing key retires; the next key has signed
 * nothing and is dropped. Verifiers get the new keys through the log, or when they see an unknown `kid`.
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

/** Every key whose signatures are accepted at `now`; the first one signs. */
export function verifyingKeys(ring: KeyRingRecord, now: number, tokenLifetime: number): readonly SigningKeyRecord[] {
  return [ring.signing, ring.next, ...ring.retired.filter((key) => now < (key.retiredAt ?? now) + tokenLifetime + HANDOVER_MS)]
}
