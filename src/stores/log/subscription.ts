// One follower of an endings log: an iterator that reads when it is woken, from where it has read to.

import type { LogBatch } from '../../ports/store.ts'

/** What one reading of a log finds. */
export type LogReadResult = Omit<LogBatch, 'readAgeMs'>

export interface SubscriptionSource {
  read(from: number): LogReadResult | Promise<LogReadResult>
  onStart(follower: LogSubscription): void
  onEnd(follower: LogSubscription): void
}

const DONE: IteratorResult<LogBatch> = { done: true, value: undefined }

export class LogSubscription implements AsyncIterableIterator<LogBatch> {
  readonly #source: SubscriptionSource
  #position: number
  /** True from the start: what is retained is read without waiting. */
  #hasPendingRead = true
  #ended = false
  #resume: (() => void) | undefined
  /** Calls of `next` take turns, as with a generator. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(from: number, followed: SubscriptionSource) {
    this.#position = from
    this.#source = followed
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

  /** Many wakings before the next reading are one: a reading takes in everything there is. */
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
    const began = performance.now()
    try {
      const reading = await this.#source.read(this.#position)
      this.#position = reading.position
      return { done: false, value: { ...reading, readAgeMs: performance.now() - began } }
    } catch (error) {
      this.end()
      throw error
    }
  }
}
