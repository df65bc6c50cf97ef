// Audited writes: actions of operators and administrators on other users, written together with their audit events.

import type { AdminActionName } from '../domain/audit-event.ts'
import { AuthError } from '../domain/errors.ts'
import type { JsonObject } from '../domain/session-data.ts'
import type { Change, WriteResult } from '../ports/store.ts'
import { type ClientInfo, type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import { auditEvent } from './issue-credentials.ts'
import type { Principal } from './principal.ts'
import { getSessionRecord } from './session-view.ts'

/** A signed-in user with the required role. */
export interface Administrator {
  readonly principal: Principal
  readonly clientInfo: ClientInfo
}

/** Operators act on the machine itself, not over the network: with a command, or through the host that embeds the library. */
export type Actor = 'operator' | Administrator

/** An action; `userId` is the affected user, null when it affects the deployment. */
export interface AdminAction {
  readonly userId: string | null
  readonly action: AdminActionName
  readonly detail: JsonObject
}

export const OPERATOR_CLIENT: ClientInfo = { ip: '', userAgent: 'latchkey command' }
/** Hides the administrator's client from the user's audit log; it is in the administrator's own. */
const ADMINISTRATOR_CLIENT: ClientInfo = { ip: '', userAgent: 'latchkey administration' }

/**
 * Writes changes together with their audit events: one for the affected user, and one for the administrator. An administrator's write
 * commits only while they are signed in and have the roles that they came with. Refusals, of administrators only: `session.required`,
 * `role.required`, `server.busy`.
 *
 * @throws StoreError
 */
export async function writeAudited(
  context: EngineContext,
  actor: Actor,
  actions: readonly AdminAction[],
  changes: readonly Change[],
  at: number,
): Promise<WriteResult | AuthError> {
  const auditEvents = actions.flatMap((action) => auditEventsOf(context, actor, action, at))
  if (actor === 'operator') return context.store.write([...changes, ...auditEvents])
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    const adminChecks = await requireStillAdmin(context, actor)
    if (adminChecks instanceof AuthError) return adminChecks
    const written = await context.store.write([...adminChecks, ...changes, ...auditEvents])
    if (written.committed || written.rejectedAt >= adminChecks.length) return written
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

function auditEventsOf(context: EngineContext, actor: Actor, { userId, action, detail }: AdminAction, at: number): readonly Change[] {
  const userEvent = (clientInfo: ClientInfo, by: 'operator' | 'admin') =>
    userId === null ? [] : [auditEvent(context, clientInfo, { userId, action, detail: { ...detail, by } }, at)]
  if (actor === 'operator') return userEvent(OPERATOR_CLIENT, 'operator')
  const { principal, clientInfo } = actor
  const adminEvent = {
    userId: principal.userId,
    sessionId: principal.sid,
    action: `admin.${action}` as const,
    detail: userId === null ? detail : { ...detail, user: userId },
  }
  return [...userEvent(ADMINISTRATOR_CLIENT, 'admin'), auditEvent(context, clientInfo, adminEvent, at)]
}

/** The preconditions that must still hold when an administrator's write commits. */
async function requireStillAdmin(context: EngineContext, { principal }: Administrator): Promise<readonly Change[] | AuthError> {
  const session = await getSessionRecord(context, principal)
  if (session instanceof AuthError) return session
  const user = await context.store.users.find(principal.userId)
  // When credentials are in Redis, a user who was disabled a moment ago may still have a session.
  if (user === undefined || user.disabled || !principal.roles.every((role) => user.roles.includes(role)))
    return new AuthError('role.required')
  return [
    { do: 'require user', id: user.id, version: user.version },
    { do: 'require credential', id: principal.sid },
  ]
}
