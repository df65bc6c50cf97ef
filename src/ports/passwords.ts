// Password hashing and strength. Hashing is bounded in concurrency and in the length of its queue.

import type { PasswordStrength } from '../domain/password.ts'

export interface PasswordHasher {
  /** A PHC string of current cost; undefined when the queue is full. */
  hash(password: string): Promise<string | undefined>
  /**
   * Compares a password with a PHC string at the price of one hash of current cost, also where `phc` is null (no such
   * user) or of older parameters. Undefined when the queue is full.
   */
  verify(phc: string | null, password: string): Promise<{ readonly ok: boolean; readonly outdated: boolean } | undefined>
}

export interface PasswordEstimator {
  /** @param context the user's own name, the site's name: what a guesser would try first */
  estimate(password: string, context: readonly string[]): Promise<PasswordStrength>
}
