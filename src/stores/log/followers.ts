// Following an endings log: who waits for its next entries, and what wakes them. How it is read is each store's own.

import type { Heard } from '../../ports/store.ts'
import { Follower, type Reading } from './follower.ts'

export interface Source {
  /** Everything after `from`. @throws StoreError when the log cannot be read */
  read(from: number): Reading | Promise<Reading>
  /** Asked every `pollEvery` milliseconds: true when somebody else may have written. */
  hasNews(): boolean
  readonly pollEvery: number
  readonly heartbeatEvery: number
}

/** All followers of one store. They share one timer, which runs only while somebody follows. */
export class Followers {
  readonly #source: Source
  readonly #active = new Set<Follower>()
  #timer: NodeJS.Timeout | undefined
  #silentFor = 0

  constructor(source: Source) {
    this.#source = source
  }

  follow(from: number): AsyncIterableIterator<Heard> {
    return new Follower(from, {
      read: (position) => this.#source.read(position),
      joined: (follower) => this.#join(follower),
      left: (follower) => this.#leave(follower),
    })
  }

  /** There may be something new: every follower reads. */
  wake(): void {
    this.#silentFor = 0
    for (const follower of this.#active) follower.wake()
  }

  /** Ends every follower, as when its own iterator is returned. */
  end(): void {
    for (const follower of [...this.#active]) follower.end()
  }

  #join(follower: Follower): void {
    this.#active.add(follower)
    this.#timer ??= setInterval(() => this.#poll(), this.#source.pollEvery).unref()
  }

  #leave(follower: Follower): void {
    this.#active.delete(follower)
    if (this.#active.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #poll(): void {
    this.#silentFor += this.#source.pollEvery
    if (this.#silentFor >= this.#source.heartbeatEvery || this.#mayHaveNews()) this.wake()
  }

  #mayHaveNews(): boolean {
    try {
      return this.#source.hasNews()
    } catch {
      // Whoever follows learns of the fault from the reading itself.
      return true
    }
  }
}
