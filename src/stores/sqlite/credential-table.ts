// Credentials and tombstones in SQLite.

import type { CredentialRecord, Tombstone } from '../../domain/credential.ts'
import type { EndReason } from '../../domain/ending.ts'
import type { Ended, EndedMark, EndWhere, Seen } from '../../ports/store.ts'
import {
  CREDENTIAL_SQL,
  type CredentialRow,
  credentialOf,
  credentialValues,
  type EndingRow,
  type LiveRow,
  liveCredentialOf,
  replacementValues,
  type TombstoneRow,
  tombstoneOf,
  tombstoneValues,
} from '../sql/credentials.ts'
import type { Command, Connection, Query } from './connection.ts'

export class CredentialTable {
  readonly #find: Query<CredentialRow>
  readonly #listByUser: Query<LiveRow>
  readonly #listLapsed: Query<LiveRow>
  readonly #listEnded: Query<TombstoneRow>
  readonly #liveById: Query<EndingRow>
  readonly #liveByIdNotSeenSince: Query<EndingRow>
  readonly #liveByLineage: Query<EndingRow>
  readonly #liveByUser: Query<EndingRow>
  readonly #insert: Command
  readonly #replace: Command
  readonly #touch: Command
  readonly #end: Command
  readonly #keep: Command
  readonly #deleteExpired: Command

  constructor(connection: Connection) {
    this.#find = connection.query(CREDENTIAL_SQL.find)
    this.#listByUser = connection.query(CREDENTIAL_SQL.listByUser)
    this.#listLapsed = connection.query(CREDENTIAL_SQL.listLapsed)
    this.#listEnded = connection.query(CREDENTIAL_SQL.listEnded)
    this.#liveById = connection.query(CREDENTIAL_SQL.liveById)
    this.#liveByIdNotSeenSince = connection.query(CREDENTIAL_SQL.liveByIdNotSeenSince)
    this.#liveByLineage = connection.query(CREDENTIAL_SQL.liveByLineage)
    this.#liveByUser = connection.query(CREDENTIAL_SQL.liveByUser)
    this.#insert = connection.command(CREDENTIAL_SQL.insert)
    this.#replace = connection.command(CREDENTIAL_SQL.replace)
    this.#touch = connection.command(CREDENTIAL_SQL.touch)
    this.#end = connection.command(CREDENTIAL_SQL.end)
    this.#keep = connection.command(CREDENTIAL_SQL.keep)
    this.#deleteExpired = connection.command(CREDENTIAL_SQL.deleteExpired)
  }

  find(id: string): CredentialRecord | Tombstone | undefined {
    const row = this.#find.first(id)
    return row && credentialOf(row)
  }

  isLive(id: string): boolean {
    return this.#liveById.first(id) !== undefined
  }

  listByUser(userId: string): readonly CredentialRecord[] {
    return this.#listByUser.all(userId).map(liveCredentialOf)
  }

  listLapsed(now: number, idleSince: number, limit: number): readonly CredentialRecord[] {
    return this.#listLapsed.all(now, limit, idleSince, now, limit, limit).map(liveCredentialOf)
  }

  insert(record: CredentialRecord): boolean {
    return this.#insert(...credentialValues(record)) === 1
  }

  replace(next: CredentialRecord, ifVersion: number): boolean {
    return this.#replace(...replacementValues(next, ifVersion)) === 1
  }

  /** Runs inside a transaction: what matches is read first, because ending blanks it. */
  end(where: EndWhere, reason: EndReason, at: number): readonly Ended[] {
    return this.#matching(where).map(([id, kind, userId]) => {
      this.#end(reason, at, id)
      return { id, kind, userId, reason }
    })
  }

  touch(seen: readonly Seen[]): void {
    for (const { id, at } of seen) this.#touch(at, id, at)
  }

  listEnded({ endedAt, id }: EndedMark, limit: number): readonly Tombstone[] {
    return this.#listEnded.all(endedAt, id, limit).map(tombstoneOf)
  }

  keep(tombstone: Tombstone): void {
    this.#keep(...tombstoneValues(tombstone))
  }

  deleteExpired(before: number, limit: number): number {
    return this.#deleteExpired(before, before, limit)
  }

  #matching(where: EndWhere): readonly EndingRow[] {
    if ('lineage' in where) return this.#liveByLineage.all(where.lineage)
    if ('userId' in where) return this.#liveByUser.all(where.userId).filter(([id]) => !where.except.includes(id))
    if ('notSeenSince' in where) return this.#liveByIdNotSeenSince.all(where.id, where.notSeenSince)
    return this.#liveById.all(where.id)
  }
}
