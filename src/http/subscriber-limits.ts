// How many follow the endings at once. Each holds a connection, and what its line has not taken yet; beyond these numbers nobody new is let in.

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

  /** How to leave again; undefined where there is no room. */
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

/** Those who follow through this one process. */
export function subscriberLimiterFor(parts: object): SubscriberLimiter {
  const known = limiters.get(parts) ?? new SubscriberLimiter()
  limiters.set(parts, known)
  return known
}
