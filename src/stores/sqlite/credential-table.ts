// Credentials and tombstones in SQLite.

import type { CredentialRecord, Tombstone } from '../../domain/credential.ts'
import type { RevocationReason } from '../../domain/revocation.ts'
import type { LastSeenUpdate, RevocationFilter, RevokedCredential, TombstoneCursor } from '../../ports/store.ts'
import {
  CREDENTIAL_SQL,
  type CredentialRow,
  credentialOf,
  credentialValues,
  type LiveRow,
  liveCredentialOf,
  type RevokedRow,
  replacementValues,
  type TombstoneRow,
  tombstoneOf,
  tombstoneValues,
} from '../sql/credentials.ts'
import type { Command, Connection, Query } from './connection.ts'

export class CredentialTable {
  readonly #find: Query<CredentialRow>
  readonly #listByUser: Query<LiveRow>
  readonly #listExpired: Query<LiveRow>
  readonly #listTombstones: Query<TombstoneRow>
  readonly #liveById: Query<RevokedRow>
  readonly #liveByIdNotSeenSince: Query<RevokedRow>
  readonly #liveByLineage: Query<RevokedRow>
  readonly #liveByUser: Query<RevokedRow>
  readonly #insert: Command
  readonly #replace: Command
  readonly #touch: Command
  readonly #revoke: Command
  readonly #insertTombstone: Command
  readonly #deleteExpired: Command

  constructor(connection: Connection) {
    this.#find = connection.query(CREDENTIAL_SQL.find)
    this.#listByUser = connection.query(CREDENTIAL_SQL.listByUser)
    this.#listExpired = connection.query(CREDENTIAL_SQL.listExpired)
    this.#listTombstones = connection.query(CREDENTIAL_SQL.listTombstones)
    this.#liveById = connection.query(CREDENTIAL_SQL.liveById)
    this.#liveByIdNotSeenSince = connection.query(CREDENTIAL_SQL.liveByIdNotSeenSince)
    this.#liveByLineage = connection.query(CREDENTIAL_SQL.liveByLineage)
    this.#liveByUser = connection.query(CREDENTIAL_SQL.liveByUser)
    this.#insert = connection.command(CREDENTIAL_SQL.insert)
    this.#replace = connection.command(CREDENTIAL_SQL.replace)
    this.#touch = connection.command(CREDENTIAL_SQL.touch)
    this.#revoke = connection.command(CREDENTIAL_SQL.revoke)
    this.#insertTombstone = connection.command(CREDENTIAL_SQL.insertTombstone)
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

  listExpired(now: number, idleSince: number, limit: number): readonly CredentialRecord[] {
    return this.#listExpired.all(now, limit, idleSince, now, limit, limit).map(liveCredentialOf)
  }

  insert(record: CredentialRecord): boolean {
    return this.#insert(...credentialValues(record)) === 1
  }

  replace(next: CredentialRecord, ifVersion: number): boolean {
    return this.#replace(...replacementValues(next, ifVersion)) === 1
  }

  /** Runs inside a transaction: the matching rows are read first, because revoking blanks them. */
  revoke(where: RevocationFilter, reason: RevocationReason, at: number): readonly RevokedCredential[] {
    return this.#matching(where).map(([id, kind, userId]) => {
      this.#revoke(reason, at, id)
      return { id, kind, userId, reason }
    })
  }

  touch(seen: readonly LastSeenUpdate[]): void {
    for (const { id, at } of seen) this.#touch(at, id, at)
  }

  listTombstones({ endedAt, id }: TombstoneCursor, limit: number): readonly Tombstone[] {
    return this.#listTombstones.all(endedAt, id, limit).map(tombstoneOf)
  }

  insertTombstone(tombstone: Tombstone): void {
    this.#insertTombstone(...tombstoneValues(tombstone))
  }

  deleteExpired(before: number, limit: number): number {
    return this.#deleteExpired(before, before, limit)
  }

  #matching(where: RevocationFilter): readonly RevokedRow[] {
    if ('lineage' in where) return this.#liveByLineage.all(where.lineage)
    if ('userId' in where) return this.#liveByUser.all(where.userId).filter(([id]) => !where.except.includes(id))
    if ('unusedSince' in where) return this.#liveByIdNotSeenSince.all(where.id, where.unusedSince)
    return this.#liveById.all(where.id)
  }
}
