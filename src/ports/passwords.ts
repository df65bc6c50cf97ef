// Password hashing and strength. Both are bounded in concurrency and in the length of their queues.

import type { PasswordStrength } from '../domain/password.ts'
import type { CallerSignal } from './caller.ts'

export interface PasswordHasher {
  /** A PHC string of current cost; undefined when the queue is full, or the caller has gone before its turn. */
  hash(password: string, signal?: CallerSignal): Promise<string | undefined>
  /**
   * Compares a password with a stored hash: a PHC string of ours, or what other software has left behind. It costs at least one
   * hash of current cost, also where there is none (no such user) and where a foreign or older one is cheaper; such a one is
   * paid for besides. A password that is too long for anybody costs nothing and matches nothing. `outdated` says that it matched and is to be replaced. What is not recognised matches nothing.
   * Undefined when the queue is full, or the caller has gone before its turn. `began` is called when its turn has come.
   */
  verify(stored: string | null, password: string, signal?: CallerSignal, onStart?: () => void): Promise<Verification | undefined>
  /**
   * A hash of nobody's password that takes as long to verify as this stored one; undefined for one of current cost, and for what is not
   * recognised. A hasher without it has hashes of one cost alone.
   */
  equalCostHash?(stored: string): string | undefined
  /** How long refusing a password takes where this sample is stored, in milliseconds; undefined when the queue is full. */
  measure?(sample: string): Promise<number | undefined>
}

export interface Verification {
  readonly ok: boolean
  readonly needsRehash: boolean
}

export interface PasswordEstimator {
  /**
   * Undefined when the queue is full, when the caller has gone before its turn, and when the estimate has failed or took too long: such a
   * password is not accepted.
   *
   * @param context the user's own name, the site's name: what a guesser would try first. Of many and of long ones only so much is used.
   */
  estimate(password: string, context: readonly string[], signal?: CallerSignal): Promise<PasswordStrength | undefined>
  /** Ends what estimates run in; later ones come to undefined. */
  close(): Promise<void>
}
