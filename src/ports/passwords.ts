// Password hashing and strength estimation. Both limit their concurrency and the length of their queues.

import type { PasswordStrength } from '../domain/password.ts'
import type { CallerSignal } from './caller-signal.ts'

export interface PasswordHasher {
  /** A PHC string of the current cost; undefined when the queue is full, or when the caller left before its turn. */
  hash(password: string, signal?: CallerSignal): Promise<string | undefined>
  /**
   * Compares a password with a stored hash: a PHC string of ours, or a hash that other software wrote. It takes at least as long as one
   * hash of the current cost, also when there is no hash (no such user) and when a legacy or older hash is cheaper; such a hash is computed
   * in addition. A password above the maximum length costs nothing and matches nothing; an unsupported hash matches nothing. `needsRehash`
   * means that the password matched and the hash is to be replaced. Undefined when the queue is full, or when the caller left before its
   * turn.
   *
   * @param onStart called when its turn has come
   */
  verify(stored: string | null, password: string, signal?: CallerSignal, onStart?: () => void): Promise<Verification | undefined>
  /**
   * A dummy hash that takes as long to verify as this stored one; undefined for a hash of the current cost and for an unsupported one. A
   * hasher without this method has hashes of one cost only.
   */
  equalCostHash?(stored: string): string | undefined
  /** Milliseconds that it takes to refuse a password whose stored hash is `sample`; undefined when the queue is full. */
  measure?(sample: string): Promise<number | undefined>
}

export interface Verification {
  readonly ok: boolean
  readonly needsRehash: boolean
}

export interface PasswordEstimator {
  /**
   * Undefined when the queue is full, when the caller left before its turn, and when the estimate failed or timed out: such a password is
   * not accepted.
   *
   * @param context words that an attacker tries first: the user's own name, the site's name. Their number and length are limited.
   */
  estimate(password: string, context: readonly string[], signal?: CallerSignal): Promise<PasswordStrength | undefined>
  /** Stops the workers; later estimates return undefined. */
  close(): Promise<void>
}
