// Rate limit counters in SQLite. Each kind has its own bound on the number of windows.

import { counterKind, type Limit } from '../../domain/limits.ts'
import type { LimitCount } from '../../ports/store.ts'
import { LIMIT_SQL, type LimitRow } from '../sql/limits.ts'
import type { Command, Connection, Query } from './connection.ts'

/** The most windows of one kind. */
const MAX_WINDOWS = 100_000
/** After this many new windows of a kind, this process counts all windows of the kind. */
const COUNT_EVERY = 500

export class RateLimits {
  readonly #connection: Connection
  readonly #max: number
  readonly #consume: Query<LimitRow>
  readonly #find: Query<LimitRow>
  readonly #count: Query<readonly [number]>
  readonly #refund: Command
  readonly #deleteExpiredWindows: Command
  readonly #deleteOldest: Command
  /** New windows, by the LIKE pattern of their kind. */
  readonly #startedByPattern = new Map<string, number>()

  constructor(connection: Connection, max = MAX_WINDOWS) {
    this.#connection = connection
    this.#max = max
    this.#consume = connection.query(LIMIT_SQL.consume)
    this.#find = connection.query(LIMIT_SQL.find)
    this.#count = connection.query(LIMIT_SQL.count)
    this.#refund = connection.command(LIMIT_SQL.refund)
    this.#deleteExpiredWindows = connection.command(LIMIT_SQL.deleteExpiredWindows)
    this.#deleteOldest = connection.command(LIMIT_SQL.deleteOldest)
  }

  consume(key: string, limit: Limit, now: number): LimitCount {
    return this.#connection.unsynced(() => {
      // `all`, although there is one row: only then is the change known to be committed.
      const [row] = this.#consume.all(key, now + limit.window, now, now)
      const [taken, resetsAt] = row ?? [1, now + limit.window]
      if (taken === 1) this.#enforceLimit(`${counterKind(key)}%`, now)
      return { taken, resetsAt }
    })
  }

  find(key: string, now: number): LimitCount | undefined {
    const row = this.#find.first(key, now)
    return row && { taken: row[0], resetsAt: row[1] }
  }

  refund(key: string): void {
    this.#connection.unsynced(() => this.#refund(key))
  }

  deleteExpiredWindows(now: number): number {
    return this.#connection.unsynced(() => this.#deleteExpiredWindows(now))
  }

  /** @param pattern a LIKE pattern for keys */
  size(pattern = '%'): number {
    return this.#count.first(pattern)?.[0] ?? 0
  }

  /** Deletes expired windows, then the oldest of the same kind. */
  #enforceLimit(pattern: string, now: number): void {
    const started = (this.#startedByPattern.get(pattern) ?? 0) + 1
    this.#startedByPattern.set(pattern, started)
    if (started % COUNT_EVERY !== 0 || this.size(pattern) <= this.#max) return
    this.#deleteExpiredWindows(now)
    const excess = this.size(pattern) - this.#max
    if (excess > 0) this.#deleteOldest(pattern, excess)
  }
}
