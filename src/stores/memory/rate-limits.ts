// Counters for limits in memory, bounded however many keys there are, each kind by itself.

import { counterKind, type Limit } from '../../domain/limits.ts'
import type { LimitCount } from '../../ports/store.ts'

/** Of each kind. */
const MAX_WINDOWS = 100_000

/** In the order in which they began. */
type Windows = Map<string, LimitCount>

export class RateLimits {
  readonly #kinds = new Map<string, Windows>()
  readonly #max: number

  constructor(max = MAX_WINDOWS) {
    this.#max = max
  }

  get size(): number {
    return [...this.#kinds.values()].reduce((sum, windows) => sum + windows.size, 0)
  }

  consume(key: string, limit: Limit, now: number): LimitCount {
    const windows = this.#kindOf(key)
    const running = windows.get(key)
    if (running !== undefined && now < running.resetsAt) {
      const next = { ...running, taken: running.taken + 1 }
      windows.set(key, next)
      return next
    }
    windows.delete(key)
    if (windows.size >= this.#max) this.#evict(windows, now)
    const begun = { taken: 1, resetsAt: now + limit.window }
    windows.set(key, begun)
    return begun
  }

  find(key: string, now: number): LimitCount | undefined {
    const running = this.#kindOf(key).get(key)
    return running !== undefined && now < running.resetsAt ? running : undefined
  }

  refund(key: string): void {
    const windows = this.#kindOf(key)
    const running = windows.get(key)
    if (running !== undefined && running.taken > 0) windows.set(key, { ...running, taken: running.taken - 1 })
  }

  deleteExpiredWindows(now: number): number {
    return [...this.#kinds.values()].reduce((sum, windows) => sum + deleteExpired(windows, now), 0)
  }

  #kindOf(key: string): Windows {
    const kind = counterKind(key)
    const windows = this.#kinds.get(kind) ?? new Map()
    this.#kinds.set(kind, windows)
    return windows
  }

  /** Drops what is over, then the oldest; a whole share of them, so that a flood of keys does not pay for this each time. */
  #evict(windows: Windows, now: number): void {
    deleteExpired(windows, now)
    const room = Math.ceil(this.#max / 100)
    for (const key of windows.keys()) {
      if (windows.size <= this.#max - room) return
      windows.delete(key)
    }
  }
}

function deleteExpired(windows: Windows, now: number): number {
  let dropped = 0
  for (const [key, { resetsAt }] of windows) {
    if (now < resetsAt) continue
    windows.delete(key)
    dropped += 1
  }
  return dropped
}
