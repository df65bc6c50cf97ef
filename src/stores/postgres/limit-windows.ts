// Counters for limits in PostgreSQL, bounded however many keys there are, each kind by itself.

import { kindOfCounter, type Limit } from '../../domain/limits.ts'
import type { LimitCount } from '../../ports/store.ts'
import { LIMIT_SQL, type LimitRow } from '../sql/limits.ts'
import { type Session, statement, sweeping } from './connection.ts'

/** Of each kind. */
const MAX_WINDOWS = 100_000
/** How many windows of a kind this process begins before it counts them all. */
const COUNT_EVERY = 500

const TAKE = statement(LIMIT_SQL.take)
const FIND = statement(LIMIT_SQL.find)
const COUNT = statement(LIMIT_SQL.count)
const GIVE_BACK = statement(LIMIT_SQL.giveBack)
const DELETE_OVER = sweeping(LIMIT_SQL.deleteOver)
const DELETE_OLDEST = sweeping(LIMIT_SQL.deleteOldest)

export class LimitWindows {
  readonly #session: Session
  readonly #max: number
  /** By pattern of the kind. */
  readonly #begun = new Map<string, number>()

  constructor(session: Session, max = MAX_WINDOWS) {
    this.#session = session
    this.#max = max
  }

  async take(key: string, limit: Limit, now: number): Promise<LimitCount> {
    const [row] = await this.#session.rows<LimitRow>(TAKE, key, now + limit.window, now, now)
    const [taken, resetsAt] = row ?? [1, now + limit.window]
    if (taken === 1) await this.#keepBounded(`${kindOfCounter(key)}%`, now)
    return { taken, resetsAt }
  }

  async find(key: string, now: number): Promise<LimitCount | undefined> {
    const [row] = await this.#session.rows<LimitRow>(FIND, key, now)
    return row && { taken: row[0], resetsAt: row[1] }
  }

  async giveBack(key: string): Promise<void> {
    await this.#session.count(GIVE_BACK, key)
  }

  deleteOver(now: number): Promise<number> {
    return this.#session.count(DELETE_OVER, now)
  }

  /** Drops what is over, then the oldest of the same kind. @param pattern that the keys of a kind are like */
  async #keepBounded(pattern: string, now: number): Promise<void> {
    const begun = (this.#begun.get(pattern) ?? 0) + 1
    this.#begun.set(pattern, begun)
    if (begun % COUNT_EVERY !== 0 || (await this.#size(pattern)) <= this.#max) return
    await this.deleteOver(now)
    const excess = (await this.#size(pattern)) - this.#max
    if (excess > 0) await this.#session.count(DELETE_OLDEST, pattern, excess)
  }

  async #size(pattern: string): Promise<number> {
    const [row] = await this.#session.rows<readonly [number]>(COUNT, pattern)
    return row?.[0] ?? 0
  }
}
