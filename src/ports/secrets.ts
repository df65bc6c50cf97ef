// Creates, parses and seals secrets. Implementations hold the keys derived from LATCHKEY_SECRET; the engine handles raw values and hashes
// only.

import type { CredentialKind, PresentedCredential } from '../domain/credential.ts'

export interface IssuedSecret {
  readonly id: string
  /** `<id>.<secret>`: given to the client once, never stored. */
  readonly value: string
  /** The keyed hash for the record. */
  readonly hash: string
}

export interface Secrets {
  /** A fresh random id of 16 bytes in base64url. */
  randomId(): string
  /** A new secret for a new credential, or for an existing one that rotates. */
  issue(kind: CredentialKind, generation: number, id?: string): IssuedSecret
  /** Parses a presented value; undefined unless its MAC proves that this deployment issued it for this kind. */
  open(kind: CredentialKind, value: string): PresentedCredential | undefined
  /** Encrypts text for a purpose and a context; only the same purpose and context decrypt it. */
  seal(purpose: string, context: string, text: string): string
  unseal(purpose: string, context: string, sealed: string): string | undefined
  /** A keyed digest, for values that are compared but never read back. */
  digest(purpose: string, text: string): string
  /** The digests of a text under every accepted secret; the first is what `digest` returns. */
  digests(purpose: string, text: string): readonly string[]
}
