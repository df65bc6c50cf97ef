// Verifies DPoP proofs (RFC 9449) and device proofs (DBSC). ES256 only: browsers can keep its private keys non-extractable.

import type { DbscProof } from '../domain/dbsc-proof.ts'
import type { DpopProof, EcPublicJwk } from '../domain/dpop.ts'

export interface ProofVerifier {
  /** The claims of a DPoP proof; undefined unless it is complete and signed by the public key in its header. */
  read(proof: string): DpopProof | undefined
  /**
   * The claims of a device proof; undefined unless it is complete and signed by `boundKey`, or by the key in its header when there is none
   * yet.
   */
  readDevice(proof: string, boundKey?: EcPublicJwk): DbscProof | undefined
  /** The key thumbprint (`cnf.jkt`) of a token that is verified already; undefined when the token is not bound to a key. */
  boundThumbprint(token: string): string | undefined
  /** SHA-256 of a token, base64url. */
  sha256(token: string): string
}
