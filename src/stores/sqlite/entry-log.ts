// The endings log in SQLite.

import type { LogEntry } from '../../domain/ending.ts'
import type { Reading } from '../log/follower.ts'
import { ENDING_SQL, ENDINGS_TABLE, type EntryRow, entryOf, entryValues } from '../sql/endings.ts'
import type { Command, Connection, Query } from './connection.ts'

export class EntryLog {
  readonly #append: Command
  readonly #readAfter: Query<EntryRow>
  readonly #trim: Command
  readonly #last: Query<readonly [number]>
  readonly #dataVersion: Query<readonly [number]>
  #seenVersion: number | undefined

  constructor(connection: Connection) {
    this.#append = connection.command(ENDING_SQL.append)
    this.#readAfter = connection.query(ENDING_SQL.readAfter)
    this.#trim = connection.command(ENDING_SQL.trim)
    // Where AUTOINCREMENT keeps the last position, also when everything has been trimmed.
    this.#last = connection.query(`SELECT seq FROM sqlite_sequence WHERE name = '${ENDINGS_TABLE}'`)
    this.#dataVersion = connection.query('PRAGMA data_version')
  }

  append(entry: LogEntry): void {
    this.#append(...entryValues(entry))
  }

  readAfter(from: number): Reading {
    // Last, then entries: another process may write in between, and what it appends must not be skipped.
    const last = this.#last.first()?.[0] ?? 0
    const rows = this.#readAfter.all(from > last ? 0 : from)
    return { entries: rows.map(entryOf), position: rows.at(-1)?.[0] ?? last }
  }

  trim(before: number): number {
    return this.#trim(before)
  }

  /** True when another connection has written anything since the last call. */
  othersHaveWritten(): boolean {
    const version = this.#dataVersion.first()?.[0]
    const changed = version !== this.#seenVersion
    this.#seenVersion = version
    return changed
  }
}
