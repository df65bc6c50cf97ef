// One connection that follows the endings log and does nothing else: it listens, and it reads. A pool without a free
// connection must not silence the log.

import type pg from 'pg'
import { StoreError } from '../../domain/errors.ts'
import { POSTGRES_ENDINGS_CHANNEL } from '../../domain/persisted-names.ts'
import { inTime } from '../in-time.ts'
import type { Reading } from '../log/follower.ts'
import { type Connection, sessionOn } from './connection.ts'
import { readAfter } from './entry-log.ts'

/** A log that takes longer to read, in milliseconds, counts as silent. */
const PATIENCE = 1_000

export class LogReader {
  readonly #connection: Connection
  readonly #onNews: () => void
  #client: Promise<pg.Client> | undefined
  #closed = false
  /** Readings take turns: one connection answers one at a time. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(connection: Connection, onNews: () => void) {
    this.#connection = connection
    this.#onNews = onNews
  }

  /** @throws StoreError */
  async read(from: number): Promise<Reading> {
    if (this.#closed) throw new StoreError(`${this.#connection.subject} is closed.`)
    this.#client ??= this.#connect()
    const connecting = this.#client
    try {
      return await inTime(
        this.#inTurn(async () => readAfter(sessionOn(await connecting), from)),
        PATIENCE,
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
    client.on('notification', () => this.#onNews())
    try {
      await client.query(`LISTEN ${POSTGRES_ENDINGS_CHANNEL}`)
      return client
    } catch (error) {
      void client.end()
      throw error
    }
  }

  #inTurn<T>(reading: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(reading)
    this.#turn = done.catch(() => {})
    return done
  }

  #drop(connecting: Promise<pg.Client>): void {
    if (this.#client === connecting) this.#client = undefined
    connecting.then((client) => client.end()).catch(() => {})
  }
}
