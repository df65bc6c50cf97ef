// Who acts on what belongs to somebody else, and what the record says of it.

import type { AdminActionName } from '../domain/audit-event.ts'
import { AuthError } from '../domain/errors.ts'
import type { JsonObject } from '../domain/session-data.ts'
import type { Change, WriteResult } from '../ports/store.ts'
import { type ClientInfo, type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import { auditEvent } from './issue.ts'
import type { Principal } from './principal.ts'
import { getSessionRecord } from './session-view.ts'

/** Somebody who is signed in with the role for it. */
export interface Administrator {
  readonly principal: Principal
  readonly clientInfo: ClientInfo
}

/** Operators act on the machine itself, not over the network: by a command, or by the host that embeds the library. */
export type Actor = 'operator' | Administrator

/** What is done, and to whom; null where it concerns the deployment. */
export interface AdminAction {
  readonly userId: string | null
  readonly action: AdminActionName
  readonly detail: JsonObject
}

export const OPERATOR_CLIENT: ClientInfo = { ip: '', userAgent: 'latchkey command' }
/** Where administrators are is for their own record alone. */
const ADMINISTRATOR_CLIENT: ClientInfo = { ip: '', userAgent: 'latchkey administration' }

/**
 * Writes what somebody does, with what the records say of it: the user whom it concerns is told, and an administrator has it in
 * their own record as well. An administrator's write lands only while they are signed in and have the roles they came with.
 * Refusals, of administrators alone: `session.required`, `role.required`, `server.busy`.
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
  const auditEvents = actions.flatMap((deed) => auditEventsOf(context, actor, deed, at))
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
  const ofUser = (clientInfo: ClientInfo, by: 'operator' | 'admin') =>
    userId === null ? [] : [auditEvent(context, clientInfo, { userId, action, detail: { ...detail, by } }, at)]
  if (actor === 'operator') return ofUser(OPERATOR_CLIENT, 'operator')
  const { principal, clientInfo } = actor
  const own = {
    userId: principal.userId,
    sessionId: principal.sid,
    action: `admin.${action}` as const,
    detail: userId === null ? detail : { ...detail, user: userId },
  }
  return [...ofUser(ADMINISTRATOR_CLIENT, 'admin'), auditEvent(context, clientInfo, own, at)]
}

/** What must still be true of an administrator when the write lands. */
async function requireStillAdmin(context: EngineContext, { principal }: Administrator): Promise<readonly Change[] | AuthError> {
  const session = await getSessionRecord(context, principal)
  if (session instanceof AuthError) return session
  const user = await context.store.users.find(principal.userId)
  // Where credentials live in Redis, who was locked a moment ago may still have a session.
  if (user === undefined || user.disabled || !principal.roles.every((role) => user.roles.includes(role)))
    return new AuthError('role.required')
  return [
    { do: 'require user', id: user.id, version: user.version },
    { do: 'require credential', id: principal.sid },
  ]
}
