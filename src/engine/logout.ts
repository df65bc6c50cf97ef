// Logout: revokes credentials at the user's request. The response is sent only after the revocation is committed.

import { AuthError } from '../domain/errors.ts'
import type { JsonObject } from '../domain/session-data.ts'
import type { RevocationFilter, RevokedCredential } from '../ports/store.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { auditEvent } from './issue-credentials.ts'
import type { Principal } from './principal.ts'
import { getSessionRecord } from './session-view.ts'

export interface RevokedCounts {
  readonly sessions: number
  readonly rememberMe: number
}

/**
 * Revokes the principal's lineage, that is its sessions and its remember-me login; with `everywhere`, all of the user's. Refusal:
 * `session.required` when it was revoked meanwhile.
 *
 * @throws StoreError; then the response must not confirm the logout
 */
export async function logout(
  context: EngineContext,
  principal: Principal,
  everywhere: boolean,
  clientInfo: ClientInfo,
): Promise<RevokedCounts | AuthError> {
  if (everywhere) {
    const all = await revokeAndAudit(context, principal, { userId: principal.userId, except: [] }, { by: 'logout', everywhere }, clientInfo)
    return all ?? { sessions: 0, rememberMe: 0 }
  }
  const session = await getSessionRecord(context, principal)
  if (session instanceof AuthError) return session
  const ended = await revokeAndAudit(context, principal, { lineage: session.lineage }, { by: 'logout', everywhere }, clientInfo)
  return ended ?? sessionEndedError(context, principal)
}

async function sessionEndedError(context: EngineContext, principal: Principal): Promise<AuthError> {
  const again = await getSessionRecord(context, principal)
  return again instanceof AuthError ? again : new AuthError('server.busy', { retryAfter: 1 })
}

/** Revokes the matching credentials and records it; undefined when nothing matched any more. */
export async function revokeAndAudit(
  context: EngineContext,
  principal: Principal,
  where: RevocationFilter,
  detail: JsonObject,
  clientInfo: ClientInfo,
): Promise<RevokedCounts | undefined> {
  const now = context.clock.now()
  const written = await context.store.write([
    { do: 'revoke credentials', where, reason: 'revoked', at: now, mustMatch: true },
    auditEvent(context, clientInfo, { userId: principal.userId, action: 'session.revoke', sessionId: principal.sid, detail }, now),
  ])
  if (!written.committed) return undefined
  context.revocationFeed.recordRevoked(written.ended, now)
  return countRevoked(written.ended)
}

export function countRevoked(ended: readonly RevokedCredential[]): RevokedCounts {
  const sessions = ended.filter(({ kind }) => kind === 'session').length
  return { sessions, rememberMe: ended.length - sessions }
}
