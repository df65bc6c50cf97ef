// Rate limit counters of the memory store. Each kind has its own bound on the number of windows.

import { counterKind, type Limit } from '../../domain/limits.ts'
import type { LimitCount } from '../../ports/store.ts'

/** The most windows of one kind. */
const MAX_WINDOWS = 100_000

/** By key, in the order in which the windows started. */
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
    const started = { taken: 1, resetsAt: now + limit.window }
    windows.set(key, started)
    return started
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

  /** Deletes expired windows, then the oldest. It frees one percent at a time, so that a flood of keys does not evict for each key. */
  #evict(windows: Windows, now: number): void {
    deleteExpired(windows, now)
    const freed = Math.ceil(this.#max / 100)
    for (const key of windows.keys()) {
      if (windows.size <= this.#max - freed) return
      windows.delete(key)
    }
  }
}

function deleteExpired(windows: Windows, now: number): number {
  let deleted = 0
  for (const [key, { resetsAt }] of windows) {
    if (now < resetsAt) continue
    windows.delete(key)
    deleted += 1
  }
  return deleted
}
