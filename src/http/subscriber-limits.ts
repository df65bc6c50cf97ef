// Limits the subscribers of the revocation feed: each holds a connection and a buffer. Beyond these numbers new ones are refused.

/** In this process, and with one service key. */
export const MAX_SUBSCRIBERS = { all: 2_000, perKey: 1_000 } as const

interface SubscriberLimits {
  readonly all: number
  readonly perKey: number
}

export class SubscriberLimiter {
  readonly #limits: SubscriberLimits
  readonly #byKey = new Map<string, number>()
  #all = 0

  constructor(limits: SubscriberLimits = MAX_SUBSCRIBERS) {
    this.#limits = limits
  }

  hasRoom(key: string): boolean {
    return this.#all < this.#limits.all && (this.#byKey.get(key) ?? 0) < this.#limits.perKey
  }

  /** Returns the function that leaves again; undefined where there is no room. */
  join(key: string): (() => void) | undefined {
    if (!this.hasRoom(key)) return undefined
    this.#all += 1
    this.#byKey.set(key, (this.#byKey.get(key) ?? 0) + 1)
    let hasLeft = false
    return () => {
      if (hasLeft) return
      hasLeft = true
      this.#all -= 1
      const left = (this.#byKey.get(key) ?? 1) - 1
      if (left > 0) this.#byKey.set(key, left)
      else this.#byKey.delete(key)
    }
  }
}

const limiters = new WeakMap<object, SubscriberLimiter>()

/** The limiter of this process's feed. */
export function subscriberLimiterFor(engine: object): SubscriberLimiter {
  const known = limiters.get(engine) ?? new SubscriberLimiter()
  limiters.set(engine, known)
  return known
}
