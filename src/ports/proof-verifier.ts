// Proofs that a client, or the device it runs on, holds a key. One algorithm (ES256), because it is the one whose keys browsers keep to themselves.

import type { DbscProof } from '../domain/dbsc-proof.ts'
import type { DpopProof, EcPublicJwk } from '../domain/dpop.ts'

export interface ProofVerifier {
  /** What a proof says; undefined unless it is whole, signed by the key in it, and that key is a public one. */
  read(proof: string): DpopProof | undefined
  /** What a device's proof says; undefined unless it is whole, and signed by the key it was bound to, or where it was not, by the key in it. */
  readDevice(proof: string, boundKey?: EcPublicJwk): DbscProof | undefined
  /** The thumbprint in a token that was verified before; undefined where it is bound to no key. */
  boundThumbprint(token: string): string | undefined
  /** SHA-256 of a token, base64url. */
  sha256(token: string): string
}
