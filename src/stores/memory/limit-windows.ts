// Counters for limits in memory, bounded however many keys there are.

import type { Limit } from '../../domain/limits.ts'
import type { LimitCount } from '../../ports/store.ts'

const MAX_WINDOWS = 100_000

export class LimitWindows {
  /** In the order in which they began. */
  readonly #windows = new Map<string, LimitCount>()
  readonly #max: number

  constructor(max = MAX_WINDOWS) {
    this.#max = max
  }

  get size(): number {
    return this.#windows.size
  }

  take(key: string, limit: Limit, now: number): LimitCount {
    const running = this.#windows.get(key)
    if (running !== undefined && now < running.resetsAt) {
      const next = { ...running, taken: running.taken + 1 }
      this.#windows.set(key, next)
      return next
    }
    this.#windows.delete(key)
    if (this.#windows.size >= this.#max) this.#makeRoom(now)
    const begun = { taken: 1, resetsAt: now + limit.window }
    this.#windows.set(key, begun)
    return begun
  }

  giveBack(key: string): void {
    const running = this.#windows.get(key)
    if (running !== undefined && running.taken > 0) this.#windows.set(key, { ...running, taken: running.taken - 1 })
  }

  deleteOver(now: number): number {
    let deleted = 0
    for (const [key, { resetsAt }] of this.#windows) {
      if (now < resetsAt) continue
      this.#windows.delete(key)
      deleted += 1
    }
    return deleted
  }

  /** Drops what is over, then the oldest; a whole share of them, so that a flood of keys does not pay for this each time. */
  #makeRoom(now: number): void {
    this.deleteOver(now)
    const room = Math.ceil(this.#max / 100)
    for (const key of this.#windows.keys()) {
      if (this.#windows.size <= this.#max - room) return
      this.#windows.delete(key)
    }
  }
}
