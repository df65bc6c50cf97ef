// One connection to a SQLite file, and the only module that uses `node:sqlite`. Its calls are synchronous, so nothing else runs
// during one of them; only the wait for another process's lock is asynchronous.

import { closeSync, existsSync, openSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { StoreError } from '../../domain/errors.ts'
import { isBusy, isCorruption, toStoreError } from './errors.ts'

export const IN_MEMORY = ':memory:'

/**
 * Milliseconds between attempts while another process holds the lock. They double up to a maximum that is short, so that a caller
 * that has waited for long does not try much less often than a new one.
 */
const MIN_RETRY_DELAY_MS = 1
const MAX_RETRY_DELAY_MS = 8
/** How long attempts are repeated in total, in milliseconds. */
const LOCK_TIMEOUT_MS = 2000

/** A prepared query. Rows come as tuples, in the order of the columns selected. */
export interface Query<Row> {
  first(...values: SQLInputValue[]): Row | undefined
  all(...values: SQLInputValue[]): Row[]
}

/** A prepared change. Returns the number of rows it inserted, updated or deleted. */
export type Command = (...values: SQLInputValue[]) => number

export class Connection {
  /** `The database <file>`: the subject of error messages. */
  readonly subject: string
  readonly #database: DatabaseSync
  readonly #begin: StatementSync
  readonly #commit: StatementSync
  readonly #rollback: StatementSync
  #damageDetected = false

  /** @throws StoreError when the file neither exists nor can be created */
  constructor(path: string) {
    this.subject = `The database ${basename(path)}`
    try {
      // Resolved, so that SQLite takes no path for a URI.
      const file = path === IN_MEMORY ? path : resolve(path)
      if (file !== IN_MEMORY && !existsSync(file)) closeSync(openSync(file, 'a', 0o600))
      // SQLite must not wait for locks itself: that would block the event loop and every request.
      this.#database = new DatabaseSync(file, { timeout: 0 })
      this.#begin = this.#database.prepare('BEGIN IMMEDIATE')
      this.#commit = this.#database.prepare('COMMIT')
      this.#rollback = this.#database.prepare('ROLLBACK')
    } catch (error) {
      throw new StoreError(`${this.subject} cannot be opened: its folder must exist and be writable.`, { cause: error })
    }
  }

  query<Row extends readonly unknown[]>(sql: string): Query<Row> {
    const statement = this.#database.prepare(sql)
    statement.setReturnArrays(true)
    return {
      first: (...values) => statement.get(...values) as unknown as Row | undefined,
      all: (...values) => statement.all(...values) as unknown as Row[],
    }
  }

  command(sql: string): Command {
    const statement = this.#database.prepare(sql)
    return (...values) => Number(statement.run(...values).changes)
  }

  execute(sql: string): void {
    this.#database.exec(sql)
  }

  /** Runs `work` in one transaction. Commits it unless `work` throws or `shouldCommit` returns false. */
  transaction<T>(work: () => T, shouldCommit: (done: T) => boolean = () => true): T {
    // An earlier rollback can have failed, for example on a failing disk.
    this.#rollBackOpen()
    this.#begin.run()
    try {
      const done = work()
      if (shouldCommit(done)) this.#commit.run()
      return done
    } finally {
      this.#rollBackOpen()
    }
  }

  /** Runs `work` without waiting for fsync: its writes survive a crash of the process, but not a power loss. */
  unsynced<T>(work: () => T): T {
    this.#database.exec('PRAGMA synchronous = NORMAL')
    try {
      return work()
    } finally {
      this.#database.exec('PRAGMA synchronous = FULL')
    }
  }

  /**
   * A read finds damage only in the pages that it reads. After one has found some, this checks the whole file, until the check
   * succeeds. @throws StoreError
   */
  assertIntact(): void {
    if (!this.#damageDetected) return
    const [found] = this.query<readonly [string]>('PRAGMA quick_check(1)').first() ?? []
    if (found !== 'ok') throw new StoreError(`${this.subject} is damaged: restore a backup.`)
    this.#damageDetected = false
  }

  /** Runs `work`, and retries it while another process holds the lock. @throws StoreError */
  async withRetries<T>(work: () => T, timeoutMs = LOCK_TIMEOUT_MS): Promise<T> {
    for (let waited = 0, maxDelay = MIN_RETRY_DELAY_MS; ; maxDelay = Math.min(2 * maxDelay, MAX_RETRY_DELAY_MS)) {
      try {
        return work()
      } catch (error) {
        this.#damageDetected ||= isCorruption(error)
        if (!isBusy(error) || waited >= timeoutMs) throw toStoreError(error, this.subject)
      }
      // Jitter, so that processes that collided do not collide again.
      const delay = maxDelay * (0.5 + 0.5 * Math.random())
      waited += delay
      await pause(delay)
    }
  }

  /** Runs `work` once. @throws StoreError */
  runOnce<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw toStoreError(error, this.subject)
    }
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close()
  }

  #rollBackOpen(): void {
    if (!this.#database.isTransaction) return
    try {
      this.#rollback.run()
    } catch {
      // The error that led here is the one to report, and the next transaction retries the rollback.
    }
  }
}
