// One subscription to the revocation log: an async iterator that reads on from its position when it is woken.

import type { LogBatch } from '../../ports/store.ts'

/** The result of one read of the log. */
export type LogReadResult = Omit<LogBatch, 'readAgeMs'>

export interface SubscriptionSource {
  read(from: number): LogReadResult | Promise<LogReadResult>
  onStart(subscription: LogSubscription): void
  onEnd(subscription: LogSubscription): void
}

const DONE: IteratorResult<LogBatch> = { done: true, value: undefined }

export class LogSubscription implements AsyncIterableIterator<LogBatch> {
  readonly #source: SubscriptionSource
  #position: number
  /** True from the start: retained entries are read without waiting. */
  #hasPendingRead = true
  #ended = false
  #resume: (() => void) | undefined
  /** Concurrent calls of `next` are queued, as in a generator. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(from: number, source: SubscriptionSource) {
    this.#position = from
    this.#source = source
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<LogBatch>> {
    if (!this.#ended) this.#source.onStart(this)
    const received = this.#queue.then(() => this.#receive())
    this.#queue = received.catch(() => undefined)
    return received
  }

  async return(): Promise<IteratorResult<LogBatch>> {
    this.end()
    return DONE
  }

  /** Several calls before the next read have the effect of one: a read returns all new entries. */
  wake(): void {
    this.#hasPendingRead = true
    this.#resume?.()
  }

  end(): void {
    this.#ended = true
    this.#source.onEnd(this)
    this.#resume?.()
  }

  async #receive(): Promise<IteratorResult<LogBatch>> {
    if (!this.#hasPendingRead && !this.#ended) await new Promise<void>((resolve) => (this.#resume = resolve))
    this.#resume = undefined
    if (this.#ended) return DONE
    this.#hasPendingRead = false
    const startedAt = performance.now()
    try {
      const result = await this.#source.read(this.#position)
      this.#position = result.position
      return { done: false, value: { ...result, readAgeMs: performance.now() - startedAt } }
    } catch (error) {
      this.end()
      throw error
    }
  }
}
