// Credentials and tombstones as rows, and the SQL that finds and changes them.

import type { CredentialKind, CredentialRecord, SessionRecord, Tombstone } from '../../domain/credential.ts'
import type { RevocationReason } from '../../domain/revocation.ts'
import { parseColumn } from './json-column.ts'

const COLUMNS = 'kind, hash, expires_at, reason, ended_at, id, user_id, lineage, version, last_seen_at, rest, data'
const TABLE = 'latchkey_credentials'
const LIVE = 'ended_at IS NULL'

export type TombstoneRow = readonly [
  kind: CredentialKind,
  hash: string,
  expiresAt: number,
  reason: RevocationReason,
  endedAt: number,
  id: string,
  ...blank: readonly null[],
]
export type LiveRow = readonly [
  kind: CredentialKind,
  hash: string,
  expiresAt: number,
  reason: null,
  endedAt: null,
  id: string,
  userId: string,
  lineage: string,
  version: number,
  lastSeenAt: number,
  rest: string,
  data: string,
]
export type CredentialRow = LiveRow | TombstoneRow

/** The columns of a credential that a revocation needs before it blanks the row. */
export type RevokedRow = readonly [id: string, kind: CredentialKind, userId: string]

/** In the order of the placeholders of `insert`. */
export type CredentialValues = readonly [string, string, string, string, string, number, number, number, string, string | null]

export const CREDENTIAL_SQL = {
  find: `SELECT ${COLUMNS} FROM ${TABLE} WHERE id = ?`,
  listByUser: `SELECT ${COLUMNS} FROM ${TABLE} WHERE user_id = ? AND ${LIVE} ORDER BY last_seen_at DESC`,
  listExpired: `SELECT * FROM (SELECT ${COLUMNS} FROM ${TABLE} WHERE ${LIVE} AND expires_at <= ? LIMIT ?) AS expired
    UNION ALL
    SELECT * FROM (
      SELECT ${COLUMNS} FROM ${TABLE} WHERE ${LIVE} AND kind = 'session' AND last_seen_at <= ? AND expires_at > ? LIMIT ?
    ) AS idle
    LIMIT ?`,
  insert: `INSERT INTO ${TABLE} (id, kind, user_id, lineage, hash, version, last_seen_at, expires_at, rest, data)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  replace: `UPDATE ${TABLE}
    SET user_id = ?, lineage = ?, hash = ?, version = ?, expires_at = ?, rest = ?, data = ?,
      last_seen_at = CASE WHEN last_seen_at > ? THEN last_seen_at ELSE ? END
    WHERE id = ? AND version = ? AND ${LIVE}`,
  touch: `UPDATE ${TABLE} SET last_seen_at = ? WHERE id = ? AND last_seen_at < ? AND ${LIVE}`,
  liveById: `SELECT id, kind, user_id FROM ${TABLE} WHERE id = ? AND ${LIVE}`,
  liveByIdNotSeenSince: `SELECT id, kind, user_id FROM ${TABLE} WHERE id = ? AND last_seen_at <= ? AND ${LIVE}`,
  liveByLineage: `SELECT id, kind, user_id FROM ${TABLE} WHERE lineage = ? AND ${LIVE}`,
  liveByUser: `SELECT id, kind, user_id FROM ${TABLE} WHERE user_id = ? AND ${LIVE}`,
  revoke: `UPDATE ${TABLE}
    SET user_id = NULL, lineage = NULL, version = 0, last_seen_at = NULL, rest = NULL, data = NULL, reason = ?, ended_at = ?
    WHERE id = ? AND ${LIVE}`,
  listTombstones: `SELECT ${COLUMNS} FROM ${TABLE} WHERE ended_at IS NOT NULL AND (ended_at, id) > (?, ?) ORDER BY ended_at, id LIMIT ?`,
  insertTombstone: `INSERT INTO ${TABLE} (id, kind, hash, version, expires_at, reason, ended_at) VALUES (?, ?, ?, 0, ?, ?, ?) ON CONFLICT DO NOTHING`,
  deleteExpired: `DELETE FROM ${TABLE} WHERE id IN (
    SELECT id FROM ${TABLE} WHERE ${LIVE} AND expires_at < ?
    UNION ALL
    SELECT id FROM ${TABLE} WHERE ended_at IS NOT NULL AND expires_at < ?
    LIMIT ?
  )`,
} as const

/** A record under construction: its columns are still being set. */
type Draft = { -readonly [name in Exclude<keyof SessionRecord, 'kind'>]: SessionRecord[name] } & { kind: CredentialKind }

/** @throws StoreError when the row is damaged */
export function credentialOf(row: CredentialRow): CredentialRecord | Tombstone {
  return row[3] === null ? liveCredentialOf(row) : tombstoneOf(row)
}

export function tombstoneOf([was, hash, expiresAt, reason, endedAt, id]: TombstoneRow): Tombstone {
  return { kind: 'tombstone', was, id, hash, reason, endedAt, expiresAt }
}

export function tombstoneValues({ id, was, hash, expiresAt, reason, endedAt }: Tombstone) {
  return [id, was, hash, expiresAt, reason, endedAt] as const
}

/** @throws StoreError when the row is damaged */
export function liveCredentialOf(row: LiveRow): CredentialRecord {
  // Assigning to the parsed object costs half of spreading it into a new one, and every check that misses the cache runs this.
  const record = parseColumn<Draft>(row[10])
  record.kind = row[0]
  record.hash = row[1]
  record.expiresAt = row[2]
  record.id = row[5]
  record.userId = row[6]
  record.lineage = row[7]
  record.version = row[8]
  record.lastSeenAt = row[9]
  if (row[0] === 'session') record.data = row[11]
  return record as CredentialRecord
}

export function credentialValues(record: CredentialRecord): CredentialValues {
  const { id, kind, userId, lineage, hash, version, lastSeenAt, expiresAt, ...others } = record
  const { data, ...rest } = 'data' in others ? others : { ...others, data: null }
  return [id, kind, userId, lineage, hash, version, lastSeenAt, expiresAt, JSON.stringify(rest), data]
}

/** In the order of the placeholders of `replace`. */
export function replacementValues(next: CredentialRecord, ifVersion: number) {
  const [id, , userId, lineage, hash, version, lastSeenAt, expiresAt, rest, data] = credentialValues(next)
  return [userId, lineage, hash, version, expiresAt, rest, data, lastSeenAt, lastSeenAt, id, ifVersion] as const
}
