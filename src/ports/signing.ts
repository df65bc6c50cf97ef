// Signing keys and access tokens. Each key has exactly one algorithm.

import type { SigningKeyRecord } from '../domain/key-ring.ts'
import type { TokenAlgorithm } from '../domain/public-key.ts'
import type { TokenClaims } from '../domain/token.ts'

/** Signs with the first key, verifies with all of them. Created again when the key ring changes. */
export interface TokenSigner {
  sign(claims: TokenClaims): string
  /** The claims of a token signed by one of the keys, in exactly our format; undefined for anything else. */
  verify(token: string): TokenClaims | undefined
}

export interface Signing {
  /** A new key; its private half is returned sealed only. */
  generate(at: number, algorithm: TokenAlgorithm): SigningKeyRecord
  /** @throws Error naming LATCHKEY_SECRET when a private key cannot be unsealed */
  signer(keys: readonly SigningKeyRecord[]): TokenSigner
}
