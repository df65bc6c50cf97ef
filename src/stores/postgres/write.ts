// One write in PostgreSQL: all changes in the order given, or none of them.

import type { KeyRingRecord } from '../../domain/key-ring.ts'
import type { RevocationLogEntry } from '../../domain/revocation.ts'
import type { Change, RevokedCredential, WriteResult } from '../../ports/store.ts'
import { parseColumn } from '../sql/json-column.ts'
import { KEY_RING_SQL, type KeyRingRow } from '../sql/key-ring.ts'
import { RESERVED_NAME_SQL } from '../sql/reserved-names.ts'
import * as events from './audit-event-table.ts'
import { type Connection, type Session, statement } from './connection.ts'
import * as credentials from './credential-table.ts'
import { appendEntries } from './revocation-log-table.ts'
import * as users from './user-table.ts'

const FIND_KEY_RING = statement(KEY_RING_SQL.find)
const INSERT_KEY_RING = statement(KEY_RING_SQL.insert)
const REPLACE_KEY_RING = statement(KEY_RING_SQL.replace)
const RESERVE_NAME = statement(RESERVED_NAME_SQL.reserve)
const FIND_RESERVED = statement(RESERVED_NAME_SQL.findOfArray)

export async function findKeyRing(session: Session): Promise<KeyRingRecord | undefined> {
  const [row] = await session.rows<KeyRingRow>(FIND_KEY_RING)
  return row && parseColumn<KeyRingRecord>(row[0])
}

/** @throws StoreError */
export async function write(connection: Connection, changes: readonly Change[]): Promise<WriteResult> {
  if (isOneStatement(changes)) return new Write(changes).applyOn(connection)
  return connection.transaction(
    async (session) => {
      // An insert of a credential locks its user, so none can run between this lock and the revocation of the user's credentials.
      await users.lockForUpdate(session, changedUsers(changes))
      return new Write(changes).applyOn(session)
    },
    (written) => written.committed,
  )
}

class Write {
  readonly #changes: readonly Change[]
  readonly #revoked: RevokedCredential[] = []
  readonly #entries: RevocationLogEntry[] = []

  constructor(changes: readonly Change[]) {
    this.#changes = changes
  }

  async applyOn(session: Session): Promise<WriteResult> {
    for (const [index, change] of this.#changes.entries()) {
      if (!(await this.#apply(session, change))) return { committed: false, rejectedAt: index }
    }
    await appendEntries(session, this.#entries)
    return { committed: true, ended: this.#revoked }
  }

  /** False when the change is refused. */
  async #apply(session: Session, change: Change): Promise<boolean> {
    switch (change.do) {
      case 'insert user':
        return users.insert(session, change.user)
      case 'replace user':
        return users.replace(session, change.next, change.ifVersion)
      case 'delete user':
        await events.deleteByUser(session, change.id)
        return users.remove(session, change.id)
      case 'reserve name':
        await session.count(RESERVE_NAME, change.digest)
        return true
      case 'require free names':
        return (await session.rows(FIND_RESERVED, change.digests)).length === 0
      case 'require user':
        return users.lockIfVersion(session, change.id, change.version)
      case 'require credential':
        return credentials.lockLive(session, change.id)
      case 'insert credential':
        return credentials.insert(session, change.record)
      case 'replace credential':
        return credentials.replace(session, change.next, change.ifVersion)
      case 'revoke credentials':
        return this.#revoke(session, change)
      case 'insert tombstone':
        await credentials.insertTombstone(session, change.tombstone)
        return true
      case 'append audit event':
        await events.append(session, change.event)
        return true
      case 'append entry':
        this.#entries.push(change.entry)
        return true
      case 'replace key ring':
        return replaceKeyRing(session, change.next, change.ifVersion)
    }
  }

  async #revoke(session: Session, { where, reason, at, mustMatch }: Change & { readonly do: 'revoke credentials' }): Promise<boolean> {
    const matched = await credentials.revoke(session, where, reason, at)
    for (const { id, kind } of matched) if (kind === 'session') this.#entries.push({ kind: 'revoked', sid: id, at, reason })
    this.#revoked.push(...matched)
    return matched.length > 0 || mustMatch !== true
  }
}

async function replaceKeyRing(session: Session, next: KeyRingRecord, ifVersion: number): Promise<boolean> {
  const ring = JSON.stringify(next)
  const changed =
    ifVersion === 0
      ? await session.count(INSERT_KEY_RING, next.version, ring)
      : await session.count(REPLACE_KEY_RING, next.version, ring, ifVersion)
  return changed === 1
}

function changedUsers(changes: readonly Change[]): readonly string[] {
  return changes.flatMap((change) => (change.do === 'replace user' ? [change.next.id] : change.do === 'delete user' ? [change.id] : []))
}

/** True when the write is a single statement, which PostgreSQL runs in a transaction of its own. */
function isOneStatement(changes: readonly Change[]): boolean {
  const [first, ...others] = changes
  return others.length === 0 && first?.do !== 'revoke credentials' && first?.do !== 'delete user'
}
