// Audit events as rows, and the SQL that appends, lists and deletes them.

import type { AuditEvent } from '../../domain/audit-event.ts'
import type { ListedAuditEvent } from '../../ports/store.ts'
import { parseColumn } from './json-column.ts'

const TABLE = 'latchkey_audit_events'

export type AuditEventRow = readonly [position: number, userId: string, at: number, rest: string]

export const AUDIT_EVENT_SQL = {
  append: `INSERT INTO ${TABLE} (user_id, at, rest) VALUES (?, ?, ?)`,
  list: `SELECT position, user_id, at, rest FROM ${TABLE} WHERE user_id = ? AND position < ? ORDER BY position DESC LIMIT ?`,
  deleteByUser: `DELETE FROM ${TABLE} WHERE user_id = ?`,
  deleteOlderThan: `DELETE FROM ${TABLE} WHERE position IN (SELECT position FROM ${TABLE} WHERE at < ? LIMIT ?)`,
} as const

/** @throws StoreError when the row is damaged */
export function auditEventOf([position, userId, at, rest]: AuditEventRow): ListedAuditEvent {
  return { ...parseColumn<Omit<AuditEvent, 'userId' | 'at'>>(rest), userId, at, position }
}

export function auditEventValues({ userId, at, ...rest }: AuditEvent): readonly [string, number, string] {
  return [userId, at, JSON.stringify(rest)]
}
