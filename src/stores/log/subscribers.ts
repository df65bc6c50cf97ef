// Following an endings log: who waits for its next entries, and what wakes them. How it is read is each store's own.

import type { LogBatch } from '../../ports/store.ts'
import { type LogReadResult, LogSubscription } from './subscription.ts'

export interface LogSource {
  /** Everything after `from`. @throws StoreError when the log cannot be read */
  read(from: number): LogReadResult | Promise<LogReadResult>
  /** Asked every `pollEvery` milliseconds: true when somebody else may have written. */
  hasChanges(): boolean
  readonly pollIntervalMs: number
  readonly heartbeatIntervalMs: number
}

/** All followers of one store. They share one timer, which runs only while somebody follows. */
export class LogSubscribers {
  readonly #source: LogSource
  readonly #active = new Set<LogSubscription>()
  #timer: NodeJS.Timeout | undefined
  #idleMs = 0

  constructor(source: LogSource) {
    this.#source = source
  }

  subscribe(from: number): AsyncIterableIterator<LogBatch> {
    return new LogSubscription(from, {
      read: (position) => this.#source.read(position),
      onStart: (follower) => this.#add(follower),
      onEnd: (follower) => this.#remove(follower),
    })
  }

  /** There may be something new: every follower reads. */
  wake(): void {
    this.#idleMs = 0
    for (const follower of this.#active) follower.wake()
  }

  /** Ends every follower, as when its own iterator is returned. */
  end(): void {
    for (const follower of [...this.#active]) follower.end()
  }

  #add(follower: LogSubscription): void {
    this.#active.add(follower)
    this.#timer ??= setInterval(() => this.#poll(), this.#source.pollIntervalMs).unref()
  }

  #remove(follower: LogSubscription): void {
    this.#active.delete(follower)
    if (this.#active.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #poll(): void {
    this.#idleMs += this.#source.pollIntervalMs
    if (this.#idleMs >= this.#source.heartbeatIntervalMs || this.#mayHaveChanges()) this.wake()
  }

  #mayHaveChanges(): boolean {
    try {
      return this.#source.hasChanges()
    } catch {
      // Whoever follows learns of the fault from the reading itself.
      return true
    }
  }
}
