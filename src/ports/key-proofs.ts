// Proofs that a client holds a key. One algorithm (ES256), because it is the one whose keys browsers keep to themselves.

import type { KeyProof } from '../domain/key-proof.ts'

export interface KeyProofs {
  /** What a proof says; undefined unless it is whole, signed by the key in it, and that key is a public one. */
  read(proof: string): KeyProof | undefined
  /** The thumbprint in a token that was verified before; undefined where it is bound to no key. */
  boundTo(token: string): string | undefined
  /** SHA-256 of a token, base64url. */
  hashOf(token: string): string
}
