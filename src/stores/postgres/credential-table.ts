// Credentials and tombstones in PostgreSQL.

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
import { canBeText, type Session, type Statement, statement, sweeping } from './connection.ts'

const FIND = statement(CREDENTIAL_SQL.find)
const LIST_BY_USER = statement(CREDENTIAL_SQL.listByUser)
const LIST_LAPSED = sweeping(CREDENTIAL_SQL.listLapsed)
const LIST_ENDED = statement(CREDENTIAL_SQL.listEnded)
const INSERT = statement(CREDENTIAL_SQL.insert)
const REPLACE = statement(CREDENTIAL_SQL.replace)
const KEEP = statement(CREDENTIAL_SQL.keep)
const DELETE_EXPIRED = sweeping(CREDENTIAL_SQL.deleteExpired)
const END_BY_ID = ending(CREDENTIAL_SQL.liveById)
const END_BY_ID_NOT_SEEN_SINCE = ending(CREDENTIAL_SQL.liveByIdNotSeenSince)
const LIVE_BY_USER_BUT = `${CREDENTIAL_SQL.liveByUser} AND id <> ALL (?::text[])`
const END_BY_LINEAGE = ending(CREDENTIAL_SQL.liveByLineage)
const END_BY_USER = ending(LIVE_BY_USER_BUT)
const LEFT_BY_LINEAGE = statement(`${CREDENTIAL_SQL.liveByLineage} LIMIT 1`)
const LEFT_BY_USER = statement(`${LIVE_BY_USER_BUT} LIMIT 1`)
/** Until the commit nobody else can end it. */
const HOLD = statement(`${CREDENTIAL_SQL.liveById} FOR SHARE`)
/** Rows are locked in one order, so that two servers that touch the same sessions do not wait for each other. */
const TOUCH = statement(`
  WITH seen AS (SELECT id, max(at) AS at FROM unnest(?::text[], ?::bigint[]) AS entry (id, at) GROUP BY id),
    live AS (
      SELECT stored.id, seen.at FROM latchkey_credentials AS stored JOIN seen ON seen.id = stored.id
      WHERE stored.ended_at IS NULL AND stored.last_seen_at < seen.at
      ORDER BY stored.id FOR UPDATE OF stored
    )
  UPDATE latchkey_credentials AS stored SET last_seen_at = live.at FROM live WHERE stored.id = live.id AND stored.last_seen_at < live.at`)

/** What matches is locked before it is blanked: what somebody else ends or touches meanwhile is judged anew. */
function ending(live: string): Statement {
  return statement(`
    WITH live AS (${live} ORDER BY id FOR UPDATE)
    UPDATE latchkey_credentials AS stored
    SET user_id = NULL, lineage = NULL, version = 0, last_seen_at = NULL, rest = NULL, data = NULL, reason = ?, ended_at = ?
    FROM live WHERE stored.id = live.id
    RETURNING live.id, live.kind, live.user_id`)
}

export async function find(session: Session, id: string): Promise<CredentialRecord | Tombstone | undefined> {
  if (!canBeText(id)) return undefined
  const [row] = await session.rows<CredentialRow>(FIND, id)
  return row && credentialOf(row)
}

export async function holdLive(session: Session, id: string): Promise<boolean> {
  return (await session.rows(HOLD, id)).length > 0
}

export async function listByUser(session: Session, userId: string): Promise<readonly CredentialRecord[]> {
  return (await session.rows<LiveRow>(LIST_BY_USER, userId)).map(liveCredentialOf)
}

export async function listLapsed(session: Session, now: number, idleSince: number, limit: number): Promise<readonly CredentialRecord[]> {
  return (await session.rows<LiveRow>(LIST_LAPSED, now, limit, idleSince, now, limit, limit)).map(liveCredentialOf)
}

export async function listEnded(session: Session, { endedAt, id }: EndedMark, limit: number): Promise<readonly Tombstone[]> {
  return (await session.rows<TombstoneRow>(LIST_ENDED, endedAt, id, limit)).map(tombstoneOf)
}

export async function insert(session: Session, record: CredentialRecord): Promise<boolean> {
  return (await session.count(INSERT, ...credentialValues(record))) === 1
}

export async function replace(session: Session, next: CredentialRecord, ifVersion: number): Promise<boolean> {
  return (await session.count(REPLACE, ...replacementValues(next, ifVersion))) === 1
}

export async function keep(session: Session, tombstone: Tombstone): Promise<void> {
  await session.count(KEEP, ...tombstoneValues(tombstone))
}

/**
 * Runs inside a transaction. By lineage and by user it looks again until a new look sees nothing that matches: a row that was
 * inserted by somebody we had to wait for is not among those that the first look could see. Whoever inserts one holds a live
 * one of the same lineage, or the user.
 */
export async function end(session: Session, where: EndWhere, reason: EndReason, at: number): Promise<readonly Ended[]> {
  const ended: Ended[] = []
  do {
    const rows = await endOnce(session, where, reason, at)
    ended.push(...rows.map(([id, kind, userId]) => ({ id, kind, userId, reason })))
  } while (await areLeft(session, where))
  return ended
}

async function areLeft(session: Session, where: EndWhere): Promise<boolean> {
  if ('id' in where) return false
  const left = 'lineage' in where ? session.rows(LEFT_BY_LINEAGE, where.lineage) : session.rows(LEFT_BY_USER, where.userId, where.except)
  return (await left).length > 0
}

function endOnce(session: Session, where: EndWhere, reason: EndReason, at: number): Promise<readonly EndingRow[]> {
  if ('lineage' in where) return session.rows<EndingRow>(END_BY_LINEAGE, where.lineage, reason, at)
  if ('userId' in where) return session.rows<EndingRow>(END_BY_USER, where.userId, where.except, reason, at)
  if ('notSeenSince' in where) return session.rows<EndingRow>(END_BY_ID_NOT_SEEN_SINCE, where.id, where.notSeenSince, reason, at)
  return session.rows<EndingRow>(END_BY_ID, where.id, reason, at)
}

export async function touch(session: Session, seen: readonly Seen[]): Promise<void> {
  await session.count(
    TOUCH,
    seen.map(({ id }) => id),
    seen.map(({ at }) => at),
  )
}

export async function deleteExpired(session: Session, before: number, limit: number): Promise<number> {
  return session.count(DELETE_EXPIRED, before, before, limit)
}
