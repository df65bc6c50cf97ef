// One follower of an endings log: an iterator that reads when it is woken, from where it has read to.

import type { Heard } from '../../ports/store.ts'

/** What one reading of a log finds. */
export type Reading = Omit<Heard, 'age'>

export interface Followed {
  read(from: number): Reading | Promise<Reading>
  joined(follower: Follower): void
  left(follower: Follower): void
}

const DONE: IteratorResult<Heard> = { done: true, value: undefined }

export class Follower implements AsyncIterableIterator<Heard> {
  readonly #followed: Followed
  #position: number
  /** True from the start: what is retained is read without waiting. */
  #due = true
  #ended = false
  #woken: (() => void) | undefined
  /** Calls of `next` take turns, as with a generator. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(from: number, followed: Followed) {
    this.#position = from
    this.#followed = followed
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Heard>> {
    if (!this.#ended) this.#followed.joined(this)
    const hearing = this.#turn.then(() => this.#hear())
    this.#turn = hearing.catch(() => undefined)
    return hearing
  }

  async return(): Promise<IteratorResult<Heard>> {
    this.end()
    return DONE
  }

  /** Many wakings before the next reading are one: a reading takes in everything there is. */
  wake(): void {
    this.#due = true
    this.#woken?.()
  }

  end(): void {
    this.#ended = true
    this.#followed.left(this)
    this.#woken?.()
  }

  async #hear(): Promise<IteratorResult<Heard>> {
    if (!this.#due && !this.#ended) await new Promise<void>((resolve) => (this.#woken = resolve))
    this.#woken = undefined
    if (this.#ended) return DONE
    this.#due = false
    const began = performance.now()
    try {
      const reading = await this.#followed.read(this.#position)
      this.#position = reading.position
      return { done: false, value: { ...reading, age: performance.now() - began } }
    } catch (error) {
      this.end()
      throw error
    }
  }
}
