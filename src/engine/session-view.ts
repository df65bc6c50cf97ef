// The view of a principal's session: from the credential cache, or by one read of the store.

import type { SessionRecord } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import { sessionRequired } from './authenticate.ts'
import type { EngineContext } from './context.ts'
import { type Principal, type SessionView, sessionViewOf } from './principal.ts'

/** Synchronous when cached; otherwise a promise, which rejects with StoreError when the store is down. */
export function getSessionView(context: EngineContext, principal: Principal): SessionView | Promise<SessionView | AuthError> {
  return context.credentialCache.lookup(principal.sid)?.view ?? loadSessionView(context, principal)
}

async function loadSessionView(context: EngineContext, principal: Principal): Promise<SessionView | AuthError> {
  const checkpoint = context.revocationFeed.checkpoint()
  const session = await getSessionRecord(context, principal)
  if (session instanceof AuthError) return session
  // The feed reported a change meanwhile, so the record may be outdated: return it, but do not cache it.
  if (context.revocationFeed.changedSince(session.id, checkpoint)) return sessionViewOf(session)
  const { lastSeenAt } = context.credentialCache.upsertSession(session.id, session.lastSeenAt, session)
  return { ...sessionViewOf(session), lastSeenAt }
}

/** The principal's session in the store. Refusal: `session.required` when it was revoked meanwhile. */
export async function getSessionRecord(context: EngineContext, principal: Principal): Promise<SessionRecord | AuthError> {
  const found = await context.store.credentials.find(principal.sid)
  if (found?.kind === 'session') return found
  return sessionRequired(found?.kind === 'tombstone' ? found.reason : 'unknown')
}
