// Wakes subscriptions to the revocation log when an entry is appended. It only reduces their delay: they also read with each
// heartbeat.

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

  constructor(connect: () => Promise<Connection>, stream: RevocationLogStream, notify: () => void) {
    this.#connect = connect
    this.#stream = stream
    this.#notify = notify
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
        // A dedicated connection, because the command blocks it.
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
