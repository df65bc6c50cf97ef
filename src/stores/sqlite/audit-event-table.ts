// Audit events in SQLite.

import type { AuditEvent } from '../../domain/audit-event.ts'
import type { ListedAuditEvent } from '../../ports/store.ts'
import { AUDIT_EVENT_SQL, type AuditEventRow, auditEventOf, auditEventValues } from '../sql/audit-events.ts'
import type { Command, Connection, Query } from './connection.ts'

export class AuditEventTable {
  readonly #list: Query<AuditEventRow>
  readonly #append: Command
  readonly #deleteByUser: Command
  readonly #deleteOlderThan: Command

  constructor(connection: Connection) {
    this.#list = connection.query(AUDIT_EVENT_SQL.list)
    this.#append = connection.command(AUDIT_EVENT_SQL.append)
    this.#deleteByUser = connection.command(AUDIT_EVENT_SQL.deleteByUser)
    this.#deleteOlderThan = connection.command(AUDIT_EVENT_SQL.deleteOlderThan)
  }

  append(event: AuditEvent): void {
    this.#append(...auditEventValues(event))
  }

  list(userId: string, before: number | null, limit: number): readonly ListedAuditEvent[] {
    return this.#list.all(userId, before ?? Number.MAX_SAFE_INTEGER, limit).map(auditEventOf)
  }

  deleteByUser(userId: string): void {
    this.#deleteByUser(userId)
  }

  deleteOlderThan(before: number, limit: number): number {
    return this.#deleteOlderThan(before, limit)
  }
}
