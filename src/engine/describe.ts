// What a principal's session looks like: from memory where it is known, else by one read.

import type { SessionRecord } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import { sessionRequired } from './authenticate.ts'
import type { Parts } from './parts.ts'
import { type Principal, type SessionView, viewOf } from './principal.ts'

/** Answers at once where it is known; what is promised rejects with StoreError when the store is down. */
export function describeSession(parts: Parts, principal: Principal): SessionView | Promise<SessionView | AuthError> {
  return parts.verified.known(principal.sid)?.view ?? readView(parts, principal)
}

async function readView(parts: Parts, principal: Principal): Promise<SessionView | AuthError> {
  const mark = parts.endings.mark()
  const session = await readSession(parts, principal)
  if (session instanceof AuthError) return session
  // What the log told of meanwhile may be newer than what was read: good for this answer, not for memory.
  if (parts.endings.notedSince(session.id, mark)) return viewOf(session)
  const { lastSeenAt } = parts.verified.learn(session.id, session.lastSeenAt, session)
  return { ...viewOf(session), lastSeenAt }
}

/** The principal's session as the store has it. Refusal: `session.required` when it ended meanwhile. */
export async function readSession(parts: Parts, principal: Principal): Promise<SessionRecord | AuthError> {
  const found = await parts.store.credentials.find(principal.sid)
  if (found?.kind === 'session') return found
  return sessionRequired(found?.kind === 'tombstone' ? found.reason : 'unknown')
}
