// The user's sign-ins, one entry for each lineage, and revoking them one by one or all but the current one.

import type { CredentialRecord } from '../domain/credential.ts'
import { requiresDeviceProof } from '../domain/device-binding.ts'
import { AuthError } from '../domain/errors.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { type RevokedCounts, revokeAndAudit } from './logout.ts'
import type { Principal } from './principal.ts'
import { getSessionRecord } from './session-view.ts'

/** A lineage (token family): a remember-me login with its sessions, or a session alone. Times in milliseconds since 1970. */
export interface ListedLineage {
  /** Of the lineage: the id of its remember-me login, or of the session where there is none. */
  readonly id: string
  readonly lineage: string
  /** `remember_me` where a new session can start without a password. */
  readonly kind: CredentialRecord['kind']
  /** True for the lineage of the session that asks. */
  readonly current: boolean
  readonly startedAt: number
  readonly lastSeenAt: number
  readonly expiresAt: number
  /** Of the credential that was used last. */
  readonly ip: string
  readonly userAgent: string
  /** True where a copy is useless without the device that the lineage is bound to. */
  readonly bound: boolean
  /** How many sessions are active. */
  readonly sessions: number
}

/** The one used last comes first. @throws StoreError */
export async function listLineages(
  context: EngineContext,
  { userId, sid }: Pick<Principal, 'userId' | 'sid'>,
): Promise<readonly ListedLineage[]> {
  const now = context.clock.now()
  const records = (await context.store.credentials.listByUser(userId))
    .map((record) => ({ ...record, lastSeenAt: Math.max(record.lastSeenAt, context.credentialCache.lookup(record.id)?.lastSeenAt ?? 0) }))
    .filter((record) => isActive(record, now, context.policy.sessionIdleTimeout))
  return [...Map.groupBy(records, ({ lineage }) => lineage)]
    .map(([lineage, members]) => ({
      ...summarize(lineage, members),
      current: members.some(({ id }) => id === sid),
      bound: members.some((record) => requiresDeviceProof(record, now, context.policy.deviceBinding)),
    }))
    .sort((one, other) => other.lastSeenAt - one.lastSeenAt)
}

function summarize(lineage: string, members: readonly CredentialRecord[]): Omit<ListedLineage, 'current' | 'bound'> {
  const rememberMe = members.find(({ kind }) => kind === 'remember_me')
  const latest = members.reduce((one, other) => (other.lastSeenAt > one.lastSeenAt ? other : one))
  return {
    id: lineage,
    lineage,
    kind: rememberMe?.kind ?? 'session',
    startedAt: rememberMe?.startedAt ?? Math.min(...members.map(({ startedAt }) => startedAt)),
    lastSeenAt: latest.lastSeenAt,
    expiresAt: rememberMe?.expiresAt ?? Math.max(...members.map(({ expiresAt }) => expiresAt)),
    ip: latest.ip,
    userAgent: latest.userAgent,
    sessions: members.filter(({ kind }) => kind === 'session').length,
  }
}

/** The maintenance job revokes an expired or idle credential some time later: until then it must not be listed. */
function isActive(record: CredentialRecord, now: number, idleTimeout: number): boolean {
  return now < record.expiresAt && (record.kind === 'remember_me' || now < record.lastSeenAt + idleTimeout)
}

/**
 * Revokes one of the user's lineages.
 * Refusal: `resource.not_found` when the user has no such lineage.
 *
 * @param id of the lineage, or of any credential in it
 * @throws StoreError
 */
export async function revokeLineage(
  context: EngineContext,
  principal: Principal,
  id: string,
  clientInfo: ClientInfo,
): Promise<RevokedCounts | AuthError> {
  const records = await context.store.credentials.listByUser(principal.userId)
  const found = records.find((record) => record.id === id || record.lineage === id)
  const revoked = found && (await revokeAndAudit(context, principal, { lineage: found.lineage }, { by: 'user', id }, clientInfo))
  return revoked ?? new AuthError('resource.not_found')
}

/** Revokes all of the user's lineages but the one of this session. @throws StoreError */
export async function revokeOtherLineages(
  context: EngineContext,
  principal: Principal,
  clientInfo: ClientInfo,
): Promise<RevokedCounts | AuthError> {
  const session = await getSessionRecord(context, principal)
  if (session instanceof AuthError) return session
  const records = await context.store.credentials.listByUser(principal.userId)
  const except = records.filter(({ lineage }) => lineage === session.lineage).map(({ id }) => id)
  const where = { userId: principal.userId, except: [...new Set([session.id, ...except])] }
  return (await revokeAndAudit(context, principal, where, { by: 'user', except: 'current' }, clientInfo)) ?? { sessions: 0, rememberMe: 0 }
}
