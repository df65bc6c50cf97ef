// Audit events in PostgreSQL.

import type { AuditEvent } from '../../domain/audit-event.ts'
import type { ListedAuditEvent } from '../../ports/store.ts'
import { AUDIT_EVENT_SQL, type AuditEventRow, auditEventOf, auditEventValues } from '../sql/audit-events.ts'
import { type Session, statement, unpreparedStatement } from './connection.ts'

const LIST = statement(AUDIT_EVENT_SQL.list)
const APPEND = statement(AUDIT_EVENT_SQL.append)
const DELETE_BY_USER = statement(AUDIT_EVENT_SQL.deleteByUser)
const DELETE_OLDER_THAN = unpreparedStatement(AUDIT_EVENT_SQL.deleteOlderThan)

export async function append(session: Session, event: AuditEvent): Promise<void> {
  await session.count(APPEND, ...auditEventValues(event))
}

export async function list(session: Session, userId: string, before: number | null, limit: number): Promise<readonly ListedAuditEvent[]> {
  return (await session.rows<AuditEventRow>(LIST, userId, before ?? Number.MAX_SAFE_INTEGER, limit)).map(auditEventOf)
}

export async function deleteByUser(session: Session, userId: string): Promise<void> {
  await session.count(DELETE_BY_USER, userId)
}

export async function deleteOlderThan(session: Session, before: number, limit: number): Promise<number> {
  return session.count(DELETE_OLDER_THAN, before, limit)
}
