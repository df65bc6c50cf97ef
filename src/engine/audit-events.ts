// The user's audit log: reads it page by page, and records events of the application.

import { type AuditEvent, isApplicationAction, MAX_DETAIL } from '../domain/audit-event.ts'
import { AuthError } from '../domain/errors.ts'
import { AUDIT_CURSOR_SEAL, COUNTER_KINDS } from '../domain/persisted-names.ts'
import type { JsonObject } from '../domain/session-data.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { openCursor, sealCursor } from './cursor.ts'
import { consumePoints } from './limit-points.ts'
import type { Principal } from './principal.ts'
import { byteLength } from './session-data.ts'
import { getSessionRecord } from './session-view.ts'

export interface AuditEventsPage {
  readonly events: readonly AuditEvent[]
  /** The cursor for the next page (`before`); null on the last page. It is sealed: it does not work for another user. */
  readonly next: string | null
}

/** Refusal: `request.malformed` for an invalid cursor. @throws StoreError */
export async function listAuditEvents(
  context: EngineContext,
  { userId }: Pick<Principal, 'userId'>,
  cursor: string | undefined,
  limit: number,
): Promise<AuditEventsPage | AuthError> {
  const before = openCursor(context, AUDIT_CURSOR_SEAL, userId, cursor, 'before')
  if (before instanceof AuthError) return before
  const listed = await context.store.auditEvents.list(userId, before === null ? null : Number(before), limit + 1)
  const events = listed.slice(0, limit)
  const last = events.at(-1)
  const next = listed.length > limit && last ? sealCursor(context, AUDIT_CURSOR_SEAL, userId, String(last.position)) : null
  return { events, next }
}

/**
 * Records an event of the application. Refusals: `request.invalid` with the field `action` or `detail`, `rate.limited` when the user has
 * too many events, `session.required` when the session was revoked.
 *
 * @throws StoreError
 */
export async function recordAuditEvent(
  context: EngineContext,
  principal: Principal,
  action: string,
  detail: JsonObject,
  clientInfo: ClientInfo,
): Promise<AuditEvent | AuthError> {
  if (!isApplicationAction(action)) return new AuthError('request.invalid', { field: 'action' })
  if (byteLength(JSON.stringify(detail)) > MAX_DETAIL) return new AuthError('request.invalid', { field: 'detail' })
  const counted = await consumePoints(context, [
    { key: `${COUNTER_KINDS.applicationEvent}:${principal.userId}`, limit: context.policy.recordLimit },
  ])
  if (counted instanceof AuthError) return counted
  const recorded: AuditEvent = {
    id: context.secrets.randomId(),
    userId: principal.userId,
    at: context.clock.now(),
    action,
    outcome: 'success',
    severity: 'info',
    sessionId: principal.sid,
    ip: clientInfo.ip,
    userAgent: clientInfo.userAgent,
    detail,
  }
  const written = await context.store.write([
    { do: 'require credential', id: principal.sid },
    { do: 'append audit event', event: recorded },
  ])
  if (written.committed) return recorded
  const session = await getSessionRecord(context, principal)
  return session instanceof AuthError ? session : new AuthError('server.busy', { retryAfter: 1 })
}
