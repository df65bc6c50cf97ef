// Credentials and tombstones in PostgreSQL.

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
import { isValidText, type Session, type Statement, statement, unpreparedStatement } from './connection.ts'

const FIND = statement(CREDENTIAL_SQL.find)
const LIST_BY_USER = statement(CREDENTIAL_SQL.listByUser)
const LIST_EXPIRED = unpreparedStatement(CREDENTIAL_SQL.listExpired)
const LIST_TOMBSTONES = statement(CREDENTIAL_SQL.listTombstones)
const INSERT = statement(CREDENTIAL_SQL.insert)
const REPLACE = statement(CREDENTIAL_SQL.replace)
const INSERT_TOMBSTONE = statement(CREDENTIAL_SQL.insertTombstone)
const DELETE_EXPIRED = unpreparedStatement(CREDENTIAL_SQL.deleteExpired)
const REVOKE_BY_ID = revokeStatement(CREDENTIAL_SQL.liveById)
const REVOKE_BY_ID_NOT_SEEN_SINCE = revokeStatement(CREDENTIAL_SQL.liveByIdNotSeenSince)
const LIVE_BY_USER_EXCEPT = `${CREDENTIAL_SQL.liveByUser} AND id <> ALL (?::text[])`
const REVOKE_BY_LINEAGE = revokeStatement(CREDENTIAL_SQL.liveByLineage)
const REVOKE_BY_USER = revokeStatement(LIVE_BY_USER_EXCEPT)
const REMAINING_BY_LINEAGE = statement(`${CREDENTIAL_SQL.liveByLineage} LIMIT 1`)
const REMAINING_BY_USER = statement(`${LIVE_BY_USER_EXCEPT} LIMIT 1`)
/** Until the commit, no other transaction can revoke it. */
const LOCK_LIVE = statement(`${CREDENTIAL_SQL.liveById} FOR SHARE`)
/** Locks rows in the order of ids, so that two servers that touch the same sessions do not deadlock. */
const TOUCH = statement(`
  WITH seen AS (SELECT id, max(at) AS at FROM unnest(?::text[], ?::bigint[]) AS entry (id, at) GROUP BY id),
    live AS (
      SELECT stored.id, seen.at FROM latchkey_credentials AS stored JOIN seen ON seen.id = stored.id
      WHERE stored.ended_at IS NULL AND stored.last_seen_at < seen.at
      ORDER BY stored.id FOR UPDATE OF stored
    )
  UPDATE latchkey_credentials AS stored SET last_seen_at = live.at FROM live WHERE stored.id = live.id AND stored.last_seen_at < live.at`)

/** Locks the matching rows before it blanks them: a row that another transaction revokes or touches meanwhile is checked again. */
function revokeStatement(live: string): Statement {
  return statement(`
    WITH live AS (${live} ORDER BY id FOR UPDATE)
    UPDATE latchkey_credentials AS stored
    SET user_id = NULL, lineage = NULL, version = 0, last_seen_at = NULL, rest = NULL, data = NULL, reason = ?, ended_at = ?
    FROM live WHERE stored.id = live.id
    RETURNING live.id, live.kind, live.user_id`)
}

export async function find(session: Session, id: string): Promise<CredentialRecord | Tombstone | undefined> {
  if (!isValidText(id)) return undefined
  const [row] = await session.rows<CredentialRow>(FIND, id)
  return row && credentialOf(row)
}

export async function lockLive(session: Session, id: string): Promise<boolean> {
  return (await session.rows(LOCK_LIVE, id)).length > 0
}

export async function listByUser(session: Session, userId: string): Promise<readonly CredentialRecord[]> {
  return (await session.rows<LiveRow>(LIST_BY_USER, userId)).map(liveCredentialOf)
}

export async function listExpired(session: Session, now: number, idleSince: number, limit: number): Promise<readonly CredentialRecord[]> {
  return (await session.rows<LiveRow>(LIST_EXPIRED, now, limit, idleSince, now, limit, limit)).map(liveCredentialOf)
}

export async function listTombstones(session: Session, { endedAt, id }: TombstoneCursor, limit: number): Promise<readonly Tombstone[]> {
  return (await session.rows<TombstoneRow>(LIST_TOMBSTONES, endedAt, id, limit)).map(tombstoneOf)
}

export async function insert(session: Session, record: CredentialRecord): Promise<boolean> {
  return (await session.count(INSERT, ...credentialValues(record))) === 1
}

export async function replace(session: Session, next: CredentialRecord, ifVersion: number): Promise<boolean> {
  return (await session.count(REPLACE, ...replacementValues(next, ifVersion))) === 1
}

export async function insertTombstone(session: Session, tombstone: Tombstone): Promise<void> {
  await session.count(INSERT_TOMBSTONE, ...tombstoneValues(tombstone))
}

/**
 * Runs inside a transaction. By lineage and by user it repeats until no row matches: a row inserted by a transaction that this one
 * had to wait for is not in the snapshot of the first statement. An insert locks a live row of the same lineage, or the user.
 */
export async function revoke(
  session: Session,
  where: RevocationFilter,
  reason: RevocationReason,
  at: number,
): Promise<readonly RevokedCredential[]> {
  const revoked: RevokedCredential[] = []
  do {
    const rows = await revokeOnce(session, where, reason, at)
    revoked.push(...rows.map(([id, kind, userId]) => ({ id, kind, userId, reason })))
  } while (await hasRemaining(session, where))
  return revoked
}

async function hasRemaining(session: Session, where: RevocationFilter): Promise<boolean> {
  if ('id' in where) return false
  const remaining =
    'lineage' in where ? session.rows(REMAINING_BY_LINEAGE, where.lineage) : session.rows(REMAINING_BY_USER, where.userId, where.except)
  return (await remaining).length > 0
}

function revokeOnce(session: Session, where: RevocationFilter, reason: RevocationReason, at: number): Promise<readonly RevokedRow[]> {
  if ('lineage' in where) return session.rows<RevokedRow>(REVOKE_BY_LINEAGE, where.lineage, reason, at)
  if ('userId' in where) return session.rows<RevokedRow>(REVOKE_BY_USER, where.userId, where.except, reason, at)
  if ('unusedSince' in where) return session.rows<RevokedRow>(REVOKE_BY_ID_NOT_SEEN_SINCE, where.id, where.unusedSince, reason, at)
  return session.rows<RevokedRow>(REVOKE_BY_ID, where.id, reason, at)
}

export async function touch(session: Session, seen: readonly LastSeenUpdate[]): Promise<void> {
  await session.count(
    TOUCH,
    seen.map(({ id }) => id),
    seen.map(({ at }) => at),
  )
}

export async function deleteExpired(session: Session, before: number, limit: number): Promise<number> {
  return session.count(DELETE_EXPIRED, before, before, limit)
}
