// The user's own list of sessions and remembered logins, and ending them one by one or all but this.

import type { CredentialRecord } from '../domain/credential.ts'
import { requiresDeviceProof } from '../domain/device-binding.ts'
import { AuthError } from '../domain/errors.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { type RevokedCounts, revokeAndAudit } from './logout.ts'
import type { Principal } from './principal.ts'
import { getSessionRecord } from './session-view.ts'

/** One link of a lineage, without secret and data. Times in milliseconds since 1970. */
export interface ListedCredential {
  readonly id: string
  readonly kind: CredentialRecord['kind']
  readonly current: boolean
  readonly startedAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
  readonly ip: string
  readonly userAgent: string
  readonly startedBy: string | null
  /** Whether it does nothing without the device that its lineage is bound to. */
  readonly bound: boolean
}

/** @throws StoreError */
export async function listCredentials(
  context: EngineContext,
  { userId, sid }: Pick<Principal, 'userId' | 'sid'>,
): Promise<readonly ListedCredential[]> {
  const records = await context.store.credentials.listByUser(userId)
  const now = context.clock.now()
  return records
    .map((record) => ({ ...record, lastSeenAt: Math.max(record.lastSeenAt, context.credentialCache.lookup(record.id)?.lastSeenAt ?? 0) }))
    .filter((record) => isLive(record, now, context.policy.sessionIdleTimeout))
    .map((record) => ({
      id: record.id,
      kind: record.kind,
      current: record.id === sid,
      startedAt: record.startedAt,
      lastSeenAt: record.lastSeenAt,
      expiresAt: record.expiresAt,
      ip: record.ip,
      userAgent: record.userAgent,
      startedBy: record.kind === 'session' ? record.startedBy : null,
      bound: requiresDeviceProof(record, now, context.policy.deviceBinding),
    }))
}

/** What the janitor has not come by to end yet is over all the same. */
function isLive(record: CredentialRecord, now: number, idleTimeout: number): boolean {
  return now < record.expiresAt && (record.kind === 'remember_me' || now < record.lastSeenAt + idleTimeout)
}

/**
 * Ends one of the user's credentials: a session alone, a remembered login with every session it started.
 * Refusal: `resource.not_found` when the user has no such live credential.
 *
 * @throws StoreError
 */
export async function revokeCredential(
  context: EngineContext,
  principal: Principal,
  id: string,
  clientInfo: ClientInfo,
): Promise<RevokedCounts | AuthError> {
  const found = await context.store.credentials.find(id)
  if (found === undefined || found.kind === 'tombstone' || found.userId !== principal.userId) return new AuthError('resource.not_found')
  const where = found.kind === 'remember_me' ? { lineage: found.lineage } : { id }
  return (await revokeAndAudit(context, principal, where, { by: 'user', id }, clientInfo)) ?? new AuthError('resource.not_found')
}

/** Ends all of the user's credentials but this session and the remembered login that started it. @throws StoreError */
export async function revokeOtherCredentials(
  context: EngineContext,
  principal: Principal,
  clientInfo: ClientInfo,
): Promise<RevokedCounts | AuthError> {
  const session = await getSessionRecord(context, principal)
  if (session instanceof AuthError) return session
  const except = session.startedBy === null ? [session.id] : [session.id, session.startedBy]
  const where = { userId: principal.userId, except }
  return (await revokeAndAudit(context, principal, where, { by: 'user', except: 'current' }, clientInfo)) ?? { sessions: 0, rememberMe: 0 }
}
