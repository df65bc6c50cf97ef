// Limits successful sign-ins per user, within one process: a right password costs no attempt, so without a limit a user could fill the
// store. In memory, so that a sign-in needs no additional write.

import { AuthError } from '../domain/errors.ts'
import type { Limit } from '../domain/limits.ts'
import { wholeSeconds } from '../domain/time.ts'

export class SignInLimiter {
  readonly #limit: Limit
  /** By user id, in one window for all. Each sign-in costs a hash, so there are never very many. */
  readonly #counts = new Map<string, number>()
  #resetsAt = 0

  constructor(limit: Limit) {
    this.#limit = limit
  }

  /** Counts one. Refusal: `rate.limited` with `retryAfter`. */
  consume(userId: string, now: number): AuthError | undefined {
    if (now >= this.#resetsAt) {
      this.#counts.clear()
      this.#resetsAt = now + this.#limit.window
    }
    const count = (this.#counts.get(userId) ?? 0) + 1
    if (count > this.#limit.points)
      return new AuthError('rate.limited', { retryAfter: Math.max(1, wholeSeconds(this.#resetsAt - now + 999)) })
    this.#counts.set(userId, count)
    return undefined
  }
}
