// Public keys that verify tokens (RFC 7517, RFC 7518, RFC 8037): which keys of a JWK set are usable, and for which algorithm.

export const TOKEN_ALGORITHMS = ['EdDSA', 'ES256'] as const
/** The algorithm of a signing key; a token cannot choose another (RFC 8725, 3.1). `EdDSA` is Ed25519. */
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number]

/** The required members of a public key, in the order of its thumbprint (RFC 7638). */
export type PublicJwk =
  | { readonly crv: 'Ed25519'; readonly kty: 'OKP'; readonly x: string }
  | { readonly crv: 'P-256'; readonly kty: 'EC'; readonly x: string; readonly y: string }

export interface VerifyingKey {
  readonly kid: string
  readonly algorithm: TokenAlgorithm
  readonly jwk: PublicJwk
}

/** The maximum number of keys that are read from a set. */
export const MAX_KEYS = 100
const MAX_KID = 256
/** 32 bytes in base64url: the last of 43 characters carries two bits that must not be set. */
const BYTES_32 = /^[\w-]{42}[AEIMQUYcgkosw048]$/
const PRIVATE_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth']

/**
 * The keys of a JWK set that may verify tokens; undefined when it is not a set. Skips a key that has another use, is malformed, contains
 * its private half, or repeats an earlier `kid`: it never makes the other keys unusable.
 */
export function verifyingKeysOf(set: unknown, algorithms: readonly TokenAlgorithm[]): readonly VerifyingKey[] | undefined {
  const { keys } = asRecord(set)
  if (!Array.isArray(keys)) return undefined
  const usable = new Map<string, VerifyingKey>()
  for (const entry of keys.slice(0, MAX_KEYS)) {
    const key = verifyingKeyOf(entry)
    if (key !== undefined && algorithms.includes(key.algorithm) && !usable.has(key.kid)) usable.set(key.kid, key)
  }
  return [...usable.values()]
}

function verifyingKeyOf(entry: unknown): VerifyingKey | undefined {
  const members = asRecord(entry)
  const { kid, use, alg, key_ops: operations } = members
  if (typeof kid !== 'string' || kid === '' || kid.length > MAX_KID) return undefined
  if (use !== undefined && use !== 'sig') return undefined
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) return undefined
  if (PRIVATE_MEMBERS.some((name) => name in members)) return undefined
  const key = pointOf(members)
  return key === undefined || (alg !== undefined && alg !== key.algorithm) ? undefined : { kid, ...key }
}

function pointOf({ kty, crv, x, y }: Members): Omit<VerifyingKey, 'kid'> | undefined {
  if (typeof x !== 'string' || !BYTES_32.test(x)) return undefined
  if (kty === 'OKP' && crv === 'Ed25519' && y === undefined) return { algorithm: 'EdDSA', jwk: { crv, kty, x } }
  if (kty !== 'EC' || crv !== 'P-256' || typeof y !== 'string' || !BYTES_32.test(y)) return undefined
  return { algorithm: 'ES256', jwk: { crv, kty, x, y } }
}

type Members = Readonly<Record<string, unknown>>

function asRecord(value: unknown): Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {}
}
