// Reads the revocation log on a dedicated connection, which also receives its notifications: a pool without a free connection
// must not delay the log.

import type pg from 'pg'
import { StoreError } from '../../domain/errors.ts'
import { POSTGRES_REVOCATION_CHANNEL } from '../../domain/persisted-names.ts'
import type { LogReadResult } from '../log/subscription.ts'
import { withTimeout } from '../with-timeout.ts'
import { type Connection, createSession } from './connection.ts'
import { readAfter } from './revocation-log-table.ts'

/** A read that takes longer, in milliseconds, fails. */
const READ_TIMEOUT_MS = 1_000

export class LogReader {
  readonly #connection: Connection
  readonly #onNotification: () => void
  #client: Promise<pg.Client> | undefined
  #closed = false
  /** Reads are queued: a connection runs one at a time. */
  #queue: Promise<unknown> = Promise.resolve()

  constructor(connection: Connection, onNotification: () => void) {
    this.#connection = connection
    this.#onNotification = onNotification
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

  #runExclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => {})
    return done
  }

  #drop(connecting: Promise<pg.Client>): void {
    if (this.#client === connecting) this.#client = undefined
    connecting.then((client) => client.end()).catch(() => {})
  }
}
