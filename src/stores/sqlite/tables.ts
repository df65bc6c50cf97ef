// The tables of a SQLite file, and the write that changes them.

import type { KeyRingRecord } from '../../domain/key-ring.ts'
import type { Change, RevokedCredential, WriteResult } from '../../ports/store.ts'
import { parseColumn } from '../sql/json-column.ts'
import { KEY_RING_SQL, type KeyRingRow } from '../sql/key-ring.ts'
import { RESERVED_NAME_SQL } from '../sql/reserved-names.ts'
import { AuditEventTable } from './audit-event-table.ts'
import type { Command, Connection, Query } from './connection.ts'
import { CredentialTable } from './credential-table.ts'
import { RevocationLogTable } from './revocation-log-table.ts'
import { UserTable } from './user-table.ts'

export class Tables {
  readonly credentials: CredentialTable
  readonly users: UserTable
  readonly events: AuditEventTable
  readonly log: RevocationLogTable
  readonly #connection: Connection
  readonly #findKeyRing: Query<KeyRingRow>
  readonly #insertKeyRing: Command
  readonly #reserveName: Command
  readonly #findReserved: Query<readonly [1]>
  readonly #replaceKeyRing: Command

  constructor(connection: Connection) {
    this.#connection = connection
    this.credentials = new CredentialTable(connection)
    this.users = new UserTable(connection)
    this.events = new AuditEventTable(connection)
    this.log = new RevocationLogTable(connection)
    this.#findKeyRing = connection.query(KEY_RING_SQL.find)
    this.#reserveName = connection.command(RESERVED_NAME_SQL.reserve)
    this.#findReserved = connection.query(RESERVED_NAME_SQL.findOfJson)
    this.#insertKeyRing = connection.command(KEY_RING_SQL.insert)
    this.#replaceKeyRing = connection.command(KEY_RING_SQL.replace)
  }

  findKeyRing(): KeyRingRecord | undefined {
    const row = this.#findKeyRing.first()
    return row && parseColumn<KeyRingRecord>(row[0])
  }

  /** Applies all changes in order, or none of them. */
  write(changes: readonly Change[]): WriteResult {
    if (isOneStatement(changes)) return this.#applyAll(changes)
    return this.#connection.transaction(
      () => this.#applyAll(changes),
      (written) => written.committed,
    )
  }

  #applyAll(changes: readonly Change[]): WriteResult {
    const revoked: RevokedCredential[] = []
    for (const [index, change] of changes.entries()) {
      if (!this.#apply(change, revoked)) return { committed: false, rejectedAt: index }
    }
    return { committed: true, ended: revoked }
  }

  /** False when the change is refused. */
  #apply(change: Change, revoked: RevokedCredential[]): boolean {
    switch (change.do) {
      case 'insert user':
        return this.users.insert(change.user)
      case 'replace user':
        return this.users.replace(change.next, change.ifVersion)
      case 'delete user':
        this.events.deleteByUser(change.id)
        return this.users.delete(change.id)
      case 'reserve name':
        this.#reserveName(change.digest)
        return true
      case 'require free names':
        return this.#findReserved.first(JSON.stringify(change.digests)) === undefined
      case 'require user':
        return this.users.hasVersion(change.id, change.version)
      case 'require credential':
        return this.credentials.isLive(change.id)
      case 'insert credential':
        return this.credentials.insert(change.record)
      case 'replace credential':
        return this.credentials.replace(change.next, change.ifVersion)
      case 'revoke credentials':
        return this.#revoke(change, revoked)
      case 'insert tombstone':
        this.credentials.insertTombstone(change.tombstone)
        return true
      case 'append audit event':
        this.events.append(change.event)
        return true
      case 'append entry':
        this.log.append(change.entry)
        return true
      case 'replace key ring':
        return this.#changeKeyRing(change.next, change.ifVersion)
    }
  }

  #revoke({ where, reason, at, mustMatch }: Change & { readonly do: 'revoke credentials' }, revoked: RevokedCredential[]): boolean {
    const matched = this.credentials.revoke(where, reason, at)
    for (const { id, kind } of matched) {
      if (kind === 'session') this.log.append({ kind: 'revoked', sid: id, at, reason })
    }
    revoked.push(...matched)
    return matched.length > 0 || mustMatch !== true
  }

  #changeKeyRing(next: KeyRingRecord, ifVersion: number): boolean {
    const ring = JSON.stringify(next)
    if (ifVersion === 0) return this.#insertKeyRing(next.version, ring) === 1
    return this.#replaceKeyRing(next.version, ring, ifVersion) === 1
  }
}

/** True when the write is a single statement, which SQLite runs in a transaction of its own. */
function isOneStatement(changes: readonly Change[]): boolean {
  const [first, ...others] = changes
  return others.length === 0 && first?.do !== 'revoke credentials' && first?.do !== 'delete user'
}
