// Who acts on what belongs to somebody else, and what the record says of it.

import { AuthError } from '../domain/errors.ts'
import type { AdministeredAction } from '../domain/operation.ts'
import type { JsonObject } from '../domain/session-data.ts'
import type { Change, Written } from '../ports/store.ts'
import { readSession } from './describe.ts'
import { auditEvent } from './issue.ts'
import { MAX_ATTEMPTS, type Parts, type Whence } from './parts.ts'
import type { Principal } from './principal.ts'

/** Somebody who is signed in with the role for it. */
export interface Administrator {
  readonly principal: Principal
  readonly whence: Whence
}

/** Operators act on the machine itself, not over the network: by a command, or by the host that embeds the library. */
export type Actor = 'operator' | Administrator

/** What is done, and to whom; null where it concerns the deployment. */
export interface Deed {
  readonly userId: string | null
  readonly action: AdministeredAction
  readonly detail: JsonObject
}

export const OF_OPERATOR: Whence = { ip: '', userAgent: 'latchkey command' }
/** Where administrators are is for their own record alone. */
const OF_ADMINISTRATOR: Whence = { ip: '', userAgent: 'latchkey administration' }

/**
 * Writes what somebody does, with what the records say of it: the user whom it concerns is told, and an administrator has it in
 * their own record as well. An administrator's write lands only while they are signed in and have the roles they came with.
 * Refusals, of administrators alone: `session.required`, `role.required`, `server.busy`.
 *
 * @throws StoreError
 */
export async function writeAs(
  parts: Parts,
  actor: Actor,
  deeds: readonly Deed[],
  changes: readonly Change[],
  at: number,
): Promise<Written | AuthError> {
  const recorded = deeds.flatMap((deed) => entriesOf(parts, actor, deed, at))
  if (actor === 'operator') return parts.store.write([...changes, ...recorded])
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const standing = await standingOf(parts, actor)
    if (standing instanceof AuthError) return standing
    const written = await parts.store.write([...standing, ...changes, ...recorded])
    if (written.landed || written.refusedAt >= standing.length) return written
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

function entriesOf(parts: Parts, actor: Actor, { userId, action, detail }: Deed, at: number): readonly Change[] {
  const ofUser = (whence: Whence, by: 'operator' | 'admin') =>
    userId === null ? [] : [auditEvent(parts, whence, { userId, action, detail: { ...detail, by } }, at)]
  if (actor === 'operator') return ofUser(OF_OPERATOR, 'operator')
  const { principal, whence } = actor
  const own = {
    userId: principal.userId,
    sessionId: principal.sid,
    action: `admin.${action}` as const,
    detail: userId === null ? detail : { ...detail, user: userId },
  }
  return [...ofUser(OF_ADMINISTRATOR, 'admin'), auditEvent(parts, whence, own, at)]
}

/** What must still be true of an administrator when the write lands. */
async function standingOf(parts: Parts, { principal }: Administrator): Promise<readonly Change[] | AuthError> {
  const session = await readSession(parts, principal)
  if (session instanceof AuthError) return session
  const user = await parts.store.users.find(principal.userId)
  // Where credentials live in Redis, who was locked a moment ago may still have a session.
  if (user === undefined || user.disabled || !principal.roles.every((role) => user.roles.includes(role)))
    return new AuthError('role.required')
  return [
    { do: 'require user', id: user.id, version: user.version },
    { do: 'require credential', id: principal.sid },
  ]
}
