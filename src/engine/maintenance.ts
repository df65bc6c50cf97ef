// The maintenance job: revokes idle and expired credentials and deletes outdated records, in bounded batches, so that no sweep blocks the
// store.

import type { CredentialRecord } from '../domain/credential.ts'
import type { RevocationReason } from '../domain/revocation.ts'
import { DAY } from '../domain/time.ts'
import { MAX_CLOCK_SKEW } from '../domain/token.ts'
import type { Change, RevocationFilter } from '../ports/store.ts'
import type { EngineContext } from './context.ts'
import { auditEvent } from './issue-credentials.ts'

const BATCH_SIZE = 500
/** The reason for an expiry stays available for a day. */
const EXPIRED_RETENTION = DAY

/** Writes the pending last-seen times; on failure they are kept for the next attempt. @throws StoreError */
export async function flushLastSeen(context: EngineContext): Promise<void> {
  const seen = context.credentialCache.takeDirty()
  if (seen.length === 0) return
  try {
    await context.store.credentials.touch(seen)
  } catch (error) {
    context.credentialCache.restoreDirty(seen)
    throw error
  }
}

/**
 * One sweep: deletes outdated records, flushes last-seen times, revokes idle and expired credentials. Deletion comes first: a full store
 * can do nothing else.
 *
 * @throws StoreError
 */
export async function sweep(context: EngineContext): Promise<void> {
  const now = context.clock.now()
  await deleteInBatches(() => context.store.credentials.deleteExpired(now - EXPIRED_RETENTION, BATCH_SIZE))
  await deleteInBatches(() => context.store.auditEvents.deleteOlderThan(now - context.policy.auditRetention, BATCH_SIZE))
  await context.store.limits.deleteExpiredWindows(now)
  await context.store.log.trim(now - context.policy.tokenLifetime - 2 * MAX_CLOCK_SKEW)
  await flushLastSeen(context)
  await revokeExpired(context)
  await context.keys.rotateByAge()
}

async function revokeExpired(context: EngineContext): Promise<void> {
  for (;;) {
    const now = context.clock.now()
    const idleSince = now - context.policy.sessionIdleTimeout
    const expired = await context.store.credentials.listExpired(now, idleSince, BATCH_SIZE)
    for (const record of expired) await revokeOne(context, record, now, idleSince)
    if (expired.length < BATCH_SIZE) return
  }
}

async function revokeOne(context: EngineContext, record: CredentialRecord, now: number, idleSince: number): Promise<void> {
  const reason: RevocationReason = now >= record.expiresAt ? 'expired' : 'idle'
  const where: RevocationFilter = reason === 'idle' ? { id: record.id, unusedSince: idleSince } : { id: record.id }
  const changes: Change[] = [
    { do: 'revoke credentials', where, reason, at: now, mustMatch: true },
    auditEvent(
      context,
      record,
      { userId: record.userId, action: 'session.revoke', sessionId: record.id, detail: { kind: record.kind, reason } },
      now,
    ),
  ]
  const written = await context.store.write(changes)
  if (written.committed) context.revocationFeed.recordRevoked(written.ended, now)
}

async function deleteInBatches(deleteBatch: () => Promise<number>): Promise<void> {
  while ((await deleteBatch()) >= BATCH_SIZE);
}
