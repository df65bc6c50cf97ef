// Wakes those who follow the endings log as soon as there is an entry. It only makes them quicker: without it they read with
// every heartbeat all the same.

import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import type { EndingStream } from './ending-stream.ts'

const RETRY_AFTER = 250

export class Waker {
  readonly #connect: () => Promise<Connection>
  readonly #stream: EndingStream
  readonly #wake: () => void
  #waiting: Connection | undefined
  #started = false
  #closed = false

  constructor(connect: () => Promise<Connection>, stream: EndingStream, wake: () => void) {
    this.#connect = connect
    this.#stream = stream
    this.#wake = wake
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    void this.#keepWaiting()
  }

  close(): void {
    this.#closed = true
    this.#waiting?.close()
  }

  async #keepWaiting(): Promise<void> {
    while (!this.#closed) {
      try {
        // A connection of its own: it is blocked for as long as it waits.
        this.#waiting ??= await this.#connect()
        if (await this.#stream.newEntry(this.#waiting)) this.#wake()
      } catch {
        this.#waiting?.close()
        this.#waiting = undefined
        await pause(RETRY_AFTER, undefined, { ref: false })
      }
    }
    this.#waiting?.close()
  }
}
