// Counters for limits in PostgreSQL, bounded however many keys there are.

import type { Limit } from '../../domain/limits.ts'
import type { LimitCount } from '../../ports/store.ts'
import { LIMIT_SQL, type LimitRow } from '../sql/limits.ts'
import { type Session, statement, sweeping } from './connection.ts'

const MAX_WINDOWS = 100_000
/** How many windows this process begins before it counts them all. */
const COUNT_EVERY = 500

const TAKE = statement(LIMIT_SQL.take)
const COUNT = statement(LIMIT_SQL.count)
const GIVE_BACK = statement(LIMIT_SQL.giveBack)
const DELETE_OVER = sweeping(LIMIT_SQL.deleteOver)
const DELETE_OLDEST = sweeping(LIMIT_SQL.deleteOldest)

export class LimitWindows {
  readonly #session: Session
  #begun = 0

  constructor(session: Session) {
    this.#session = session
  }

  async take(key: string, limit: Limit, now: number): Promise<LimitCount> {
    const [row] = await this.#session.rows<LimitRow>(TAKE, key, now + limit.window, now, now)
    const [taken, resetsAt] = row ?? [1, now + limit.window]
    if (taken === 1) await this.#keepBounded(now)
    return { taken, resetsAt }
  }

  async giveBack(key: string): Promise<void> {
    await this.#session.count(GIVE_BACK, key)
  }

  deleteOver(now: number): Promise<number> {
    return this.#session.count(DELETE_OVER, now)
  }

  /** Drops what is over, then the oldest. */
  async #keepBounded(now: number): Promise<void> {
    this.#begun += 1
    if (this.#begun % COUNT_EVERY !== 0 || (await this.#size()) <= MAX_WINDOWS) return
    await this.deleteOver(now)
    const excess = (await this.#size()) - MAX_WINDOWS
    if (excess > 0) await this.#session.count(DELETE_OLDEST, excess)
  }

  async #size(): Promise<number> {
    const [row] = await this.#session.rows<readonly [number]>(COUNT)
    return row?.[0] ?? 0
  }
}
