// The revocation log in SQLite.

import type { RevocationLogEntry } from '../../domain/revocation.ts'
import type { LogReadResult } from '../log/subscription.ts'
import { type EntryRow, entryOf, entryValues, REVOCATION_SQL, REVOCATIONS_TABLE } from '../sql/revocations.ts'
import type { Command, Connection, Query } from './connection.ts'

export class RevocationLogTable {
  readonly #append: Command
  readonly #readAfter: Query<EntryRow>
  readonly #trim: Command
  readonly #last: Query<readonly [number]>
  readonly #dataVersion: Query<readonly [number]>
  #lastDataVersion: number | undefined

  constructor(connection: Connection) {
    this.#append = connection.command(REVOCATION_SQL.append)
    this.#readAfter = connection.query(REVOCATION_SQL.readAfter)
    this.#trim = connection.command(REVOCATION_SQL.trim)
    // AUTOINCREMENT keeps the last position here, even after all entries were trimmed.
    this.#last = connection.query(`SELECT seq FROM sqlite_sequence WHERE name = '${REVOCATIONS_TABLE}'`)
    this.#dataVersion = connection.query('PRAGMA data_version')
  }

  append(entry: RevocationLogEntry): void {
    this.#append(...entryValues(entry))
  }

  readAfter(from: number): LogReadResult {
    // The last position before the entries: an entry that another process appends in between must not be skipped.
    const last = this.#last.first()?.[0] ?? 0
    const rows = this.#readAfter.all(from > last ? 0 : from)
    return { entries: rows.map(entryOf), position: rows.at(-1)?.[0] ?? last }
  }

  trim(before: number): number {
    return this.#trim(before)
  }

  /** True when another connection has written since the last call. */
  hasExternalWrites(): boolean {
    const version = this.#dataVersion.first()?.[0]
    const changed = version !== this.#lastDataVersion
    this.#lastDataVersion = version
    return changed
  }
}
