// The subscriptions to a store's revocation log, and the timer that wakes them. Each store provides the read function.

import type { LogBatch } from '../../ports/store.ts'
import { type LogReadResult, LogSubscription } from './subscription.ts'

export interface LogSource {
  /** Everything after `from`. @throws StoreError when the log cannot be read */
  read(from: number): LogReadResult | Promise<LogReadResult>
  /** Called every `pollIntervalMs`: true when another process may have written. */
  hasChanges(): boolean
  readonly pollIntervalMs: number
  readonly heartbeatIntervalMs: number
}

/** All subscriptions of one store. They share one timer, which runs only while there is a subscription. */
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
      onStart: (subscription) => this.#add(subscription),
      onEnd: (subscription) => this.#remove(subscription),
    })
  }

  /** There may be new entries: every subscription reads. */
  wake(): void {
    this.#idleMs = 0
    for (const subscription of this.#active) subscription.wake()
  }

  /** Ends every subscription, as `return()` on its iterator does. */
  end(): void {
    for (const subscription of [...this.#active]) subscription.end()
  }

  #add(subscription: LogSubscription): void {
    this.#active.add(subscription)
    this.#timer ??= setInterval(() => this.#poll(), this.#source.pollIntervalMs).unref()
  }

  #remove(subscription: LogSubscription): void {
    this.#active.delete(subscription)
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
      // The read that follows reports the error to each subscription.
      return true
    }
  }
}
