// Signing keys and the tokens they sign. Each key has one algorithm, which is bound to it.

import type { SigningKeyRecord } from '../domain/key-ring.ts'
import type { TokenAlgorithm } from '../domain/public-key.ts'
import type { TokenClaims } from '../domain/token.ts'

/** Signs with the first key, verifies with all. Made anew when the ring changes. */
export interface TokenSigner {
  sign(claims: TokenClaims): string
  /** The claims of a token signed by one of the keys, in exactly the form in which we sign; undefined for anything else. */
  verify(token: string): TokenClaims | undefined
}

export interface Signing {
  /** A new key; the private half leaves only sealed. */
  generate(at: number, algorithm: TokenAlgorithm): SigningKeyRecord
  /** @throws Error naming LATCHKEY_SECRET when a private key cannot be unsealed */
  signer(keys: readonly SigningKeyRecord[]): TokenSigner
}
