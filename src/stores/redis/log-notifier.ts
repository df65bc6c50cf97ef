// Wakes those who follow the endings log as soon as there is an entry. It only makes them quicker: without it they read with
// every heartbeat all the same.

import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import type { RevocationLogStream } from './revocation-log-stream.ts'

const RETRY_DELAY_MS = 250

export class LogNotifier {
  readonly #connect: () => Promise<Connection>
  readonly #stream: RevocationLogStream
  readonly #notify: () => void
  #blocking: Connection | undefined
  #started = false
  #closed = false

  constructor(connect: () => Promise<Connection>, stream: RevocationLogStream, wake: () => void) {
    this.#connect = connect
    this.#stream = stream
    this.#notify = wake
  }

  start(): void {
    if (this.#started) return
    this.#started = true
    void this.#run()
  }

  close(): void {
    this.#closed = true
    this.#blocking?.close()
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      try {
        // A connection of its own: it is blocked for as long as it waits.
        this.#blocking ??= await this.#connect()
        if (await this.#stream.waitForEntry(this.#blocking)) this.#notify()
      } catch {
        this.#blocking?.close()
        this.#blocking = undefined
        await pause(RETRY_DELAY_MS, undefined, { ref: false })
      }
    }
    this.#blocking?.close()
  }
}
