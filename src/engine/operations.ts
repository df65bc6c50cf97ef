// The user's record of operations: reading it page by page, and recording what the application did.

import { AuthError } from '../domain/errors.ts'
import { isApplicationAction, MAX_DETAIL, type Operation } from '../domain/operation.ts'
import { COUNTER_KINDS, OPERATIONS_CURSOR_SEAL } from '../domain/persisted-names.ts'
import type { JsonObject } from '../domain/session-data.ts'
import { openCursor, sealCursor } from './cursor.ts'
import { readSession } from './describe.ts'
import type { Parts, Whence } from './parts.ts'
import { takePoints } from './points.ts'
import type { Principal } from './principal.ts'
import { byteLength } from './session-data.ts'

export interface OperationsPage {
  readonly operations: readonly Operation[]
  /** Hand it in as `before` for the next page; null on the last. It is sealed: a cursor of another user opens nothing. */
  readonly next: string | null
}

/** Refusal: `request.malformed` for a cursor that is not ours. @throws StoreError */
export async function listOperations(
  parts: Parts,
  { userCode }: Pick<Principal, 'userCode'>,
  cursor: string | undefined,
  limit: number,
): Promise<OperationsPage | AuthError> {
  const before = openCursor(parts, OPERATIONS_CURSOR_SEAL, userCode, cursor, 'before')
  if (before instanceof AuthError) return before
  const listed = await parts.store.operations.list(userCode, before === null ? null : Number(before), limit + 1)
  const operations = listed.slice(0, limit)
  const last = operations.at(-1)
  const next = listed.length > limit && last ? sealCursor(parts, OPERATIONS_CURSOR_SEAL, userCode, String(last.position)) : null
  return { operations, next }
}

/**
 * Refusals: `request.invalid` naming `action` or `detail`, `rate.limited` where the user has too many of them, `session.required` when the
 * session has ended.
 *
 * @throws StoreError
 */
export async function recordOperation(
  parts: Parts,
  principal: Principal,
  action: string,
  detail: JsonObject,
  whence: Whence,
): Promise<Operation | AuthError> {
  if (!isApplicationAction(action)) return new AuthError('request.invalid', { field: 'action' })
  if (byteLength(JSON.stringify(detail)) > MAX_DETAIL) return new AuthError('request.invalid', { field: 'detail' })
  const counted = await takePoints(parts, [{ key: `${COUNTER_KINDS.record}:${principal.userCode}`, limit: parts.policy.recordLimit }])
  if (counted instanceof AuthError) return counted
  const recorded: Operation = {
    id: parts.secrets.randomId(),
    userCode: principal.userCode,
    at: parts.clock.now(),
    action,
    outcome: 'ok',
    sessionId: principal.sid,
    ip: whence.ip,
    device: whence.device,
    detail,
  }
  const written = await parts.store.write([
    { do: 'require credential', id: principal.sid },
    { do: 'append operation', operation: recorded },
  ])
  if (written.landed) return recorded
  const session = await readSession(parts, principal)
  return session instanceof AuthError ? session : new AuthError('busy', { retryAfter: 1 })
}
