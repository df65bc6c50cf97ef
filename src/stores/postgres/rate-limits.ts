// Rate limit counters in PostgreSQL. Each kind has its own bound on the number of windows.

import { counterKind, type Limit } from '../../domain/limits.ts'
import type { LimitCount } from '../../ports/store.ts'
import { LIMIT_SQL, type LimitRow } from '../sql/limits.ts'
import { type Session, statement, unpreparedStatement } from './connection.ts'

/** The most windows of one kind. */
const MAX_WINDOWS = 100_000
/** After this many new windows of a kind, this process counts all windows of the kind. */
const COUNT_EVERY = 500

const CONSUME = statement(LIMIT_SQL.consume)
const FIND = statement(LIMIT_SQL.find)
const COUNT = statement(LIMIT_SQL.count)
const REFUND = statement(LIMIT_SQL.refund)
const DELETE_EXPIRED = unpreparedStatement(LIMIT_SQL.deleteExpiredWindows)
const DELETE_OLDEST = unpreparedStatement(LIMIT_SQL.deleteOldest)

export class RateLimits {
  readonly #session: Session
  readonly #max: number
  /** New windows, by the LIKE pattern of their kind. */
  readonly #startedByPattern = new Map<string, number>()

  constructor(session: Session, max = MAX_WINDOWS) {
    this.#session = session
    this.#max = max
  }

  async consume(key: string, limit: Limit, now: number): Promise<LimitCount> {
    const [row] = await this.#session.rows<LimitRow>(CONSUME, key, now + limit.window, now, now)
    const [taken, resetsAt] = row ?? [1, now + limit.window]
    if (taken === 1) await this.#enforceLimit(`${counterKind(key)}%`, now)
    return { taken, resetsAt }
  }

  async find(key: string, now: number): Promise<LimitCount | undefined> {
    const [row] = await this.#session.rows<LimitRow>(FIND, key, now)
    return row && { taken: row[0], resetsAt: row[1] }
  }

  async refund(key: string): Promise<void> {
    await this.#session.count(REFUND, key)
  }

  deleteExpiredWindows(now: number): Promise<number> {
    return this.#session.count(DELETE_EXPIRED, now)
  }

  /** Deletes expired windows, then the oldest of the same kind. @param pattern a LIKE pattern for the keys of a kind */
  async #enforceLimit(pattern: string, now: number): Promise<void> {
    const started = (this.#startedByPattern.get(pattern) ?? 0) + 1
    this.#startedByPattern.set(pattern, started)
    if (started % COUNT_EVERY !== 0 || (await this.#size(pattern)) <= this.#max) return
    await this.deleteExpiredWindows(now)
    const excess = (await this.#size(pattern)) - this.#max
    if (excess > 0) await this.#session.count(DELETE_OLDEST, pattern, excess)
  }

  async #size(pattern: string): Promise<number> {
    const [row] = await this.#session.rows<readonly [number]>(COUNT, pattern)
    return row?.[0] ?? 0
  }
}
