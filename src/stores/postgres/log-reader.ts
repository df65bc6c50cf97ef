// One connection that follows the endings log and does nothing else: it listens, and it reads. A pool without a free
// connection must not silence the log.

import type pg from 'pg'
import { StoreError } from '../../domain/errors.ts'
import { POSTGRES_REVOCATION_CHANNEL } from '../../domain/persisted-names.ts'
import type { LogReadResult } from '../log/subscription.ts'
import { withTimeout } from '../with-timeout.ts'
import { type Connection, createSession } from './connection.ts'
import { readAfter } from './revocation-log-table.ts'

/** A log that takes longer to read, in milliseconds, counts as silent. */
const READ_TIMEOUT_MS = 1_000

export class LogReader {
  readonly #connection: Connection
  readonly #onNotification: () => void
  #client: Promise<pg.Client> | undefined
  #closed = false
  /** Readings take turns: one connection answers one at a time. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(connection: Connection, onNews: () => void) {
    this.#connection = connection
    this.#onNotification = onNews
  }

  /** @throws StoreError */
  async read(from: number): Promise<LogReadResult> {
    if (this.#closed) throw new StoreError(`${this.#connection.subject} is closed.`)
    this.#client ??= this.#connect()
    const connecting = this.#client
    try {
      return await withTimeout(
        this.#runExclusive(async () => readAfter(createSession(await connecting), from)),
        READ_TIMEOUT_MS,
        this.#connection.subject,
      )
    } catch (error) {
      this.#drop(connecting)
      throw error instanceof StoreError ? error : new StoreError(`${this.#connection.subject} does not answer.`, { cause: error })
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    if (this.#client) this.#drop(this.#client)
  }

  async #connect(): Promise<pg.Client> {
    const client = await this.#connection.dedicated()
    client.on('notification', () => this.#onNotification())
    try {
      await client.query(`LISTEN ${POSTGRES_REVOCATION_CHANNEL}`)
      return client
    } catch (error) {
      void client.end()
      throw error
    }
  }

  #runExclusive<T>(reading: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(reading)
    this.#queue = done.catch(() => {})
    return done
  }

  #drop(connecting: Promise<pg.Client>): void {
    if (this.#client === connecting) this.#client = undefined
    connecting.then((client) => client.end()).catch(() => {})
  }
}
