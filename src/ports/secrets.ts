// Making, taking apart and sealing what is secret. Implementations hold the keys derived from LATCHKEY_SECRET; the engine
// sees values go out and hashes come back.

import type { CredentialKind, PresentedCredential } from '../domain/credential.ts'

export interface IssuedSecret {
  readonly id: string
  /** `<id>.<secret>`: handed to the client once and kept nowhere. */
  readonly value: string
  /** The keyed hash for the record. */
  readonly hash: string
}

export interface Secrets {
  /** A fresh random id of 16 bytes in base64url. */
  randomId(): string
  /** A new secret for a new credential, or for an existing one that rotates. */
  issue(kind: CredentialKind, generation: number, id?: string): IssuedSecret
  /** Takes a presented value apart; undefined unless its MAC proves that this deployment made it for this kind. */
  open(kind: CredentialKind, value: string): PresentedCredential | undefined
  /** Seals text for a purpose and a context; only the same purpose and context open it. */
  seal(purpose: string, context: string, text: string): string
  unseal(purpose: string, context: string, sealed: string): string | undefined
  /** A keyed digest for what must be compared but not read. */
  digest(purpose: string, text: string): string
  /** The digests of a text under every secret that is accepted, the first of them as `digest` makes it. */
  digests(purpose: string, text: string): readonly string[]
}
