// Ending credentials on the user's own wish. Nothing is answered as ended before the ending has landed.

import { AuthError } from '../domain/errors.ts'
import type { JsonObject } from '../domain/session-data.ts'
import type { Ended, EndWhere } from '../ports/store.ts'
import { readSession } from './describe.ts'
import { auditEvent } from './issue.ts'
import type { Parts, Whence } from './parts.ts'
import type { Principal } from './principal.ts'

export interface EndedCounts {
  readonly sessions: number
  readonly rememberMe: number
}

/**
 * Ends the principal's lineage: its sessions and its remembered login; with `everywhere`, all of the user's.
 * Refusal: `session.required` when it ended meanwhile.
 *
 * @throws StoreError; then nothing may be told to have ended
 */
export async function logout(parts: Parts, principal: Principal, everywhere: boolean, whence: Whence): Promise<EndedCounts | AuthError> {
  if (everywhere) {
    const all = await endAndRecord(parts, principal, { userId: principal.userId, except: [] }, { by: 'logout', everywhere }, whence)
    return all ?? { sessions: 0, rememberMe: 0 }
  }
  const session = await readSession(parts, principal)
  if (session instanceof AuthError) return session
  const ended = await endAndRecord(parts, principal, { lineage: session.lineage }, { by: 'logout', everywhere }, whence)
  return ended ?? readSessionRefusal(parts, principal)
}

async function readSessionRefusal(parts: Parts, principal: Principal): Promise<AuthError> {
  const again = await readSession(parts, principal)
  return again instanceof AuthError ? again : new AuthError('server.busy', { retryAfter: 1 })
}

/** Ends what matches and records it; undefined when nothing matched any more. */
export async function endAndRecord(
  parts: Parts,
  principal: Principal,
  where: EndWhere,
  detail: JsonObject,
  whence: Whence,
): Promise<EndedCounts | undefined> {
  const now = parts.clock.now()
  const written = await parts.store.write([
    { do: 'end credentials', where, reason: 'revoked', at: now, orRefuse: true },
    auditEvent(parts, whence, { userId: principal.userId, action: 'session.revoke', sessionId: principal.sid, detail }, now),
  ])
  if (!written.landed) return undefined
  parts.endings.noteEnded(written.ended, now)
  return countEnded(written.ended)
}

export function countEnded(ended: readonly Ended[]): EndedCounts {
  const sessions = ended.filter(({ kind }) => kind === 'session').length
  return { sessions, rememberMe: ended.length - sessions }
}
