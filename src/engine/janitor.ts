// What time ends, and what time makes superfluous: in bounded batches, so that no sweep holds the store up.

import type { CredentialRecord } from '../domain/credential.ts'
import type { EndReason } from '../domain/ending.ts'
import { DAY } from '../domain/time.ts'
import { MAX_CLOCK_SKEW } from '../domain/token.ts'
import type { Change } from '../ports/store.ts'
import { auditEvent } from './issue.ts'
import type { Parts } from './parts.ts'

const BATCH = 500
/** Why a credential expired stays answerable for a day. */
const KEEP_EXPIRED = DAY

/** Writes the seen times that have gathered. On failure they are kept for the next time. @throws StoreError */
export async function flushSeen(parts: Parts): Promise<void> {
  const seen = parts.verified.takeUnflushed()
  if (seen.length === 0) return
  try {
    await parts.store.credentials.touch(seen)
  } catch (error) {
    parts.verified.restoreUnflushed(seen)
    throw error
  }
}

/**
 * One round: deletes what nobody can ask for any more, flushes, ends what is idle or expired. Deleting comes first: a store
 * that is full can do nothing else.
 *
 * @throws StoreError
 */
export async function sweep(parts: Parts): Promise<void> {
  const now = parts.clock.now()
  await drained(() => parts.store.credentials.deleteExpired(now - KEEP_EXPIRED, BATCH))
  await drained(() => parts.store.auditEvents.deleteOlder(now - parts.policy.auditRetention, BATCH))
  await parts.store.limits.deleteOver(now)
  await parts.store.log.trim(now - parts.policy.tokenLifetime - 2 * MAX_CLOCK_SKEW)
  await flushSeen(parts)
  await endLapsed(parts)
  await parts.keys.rotateByAge()
}

async function endLapsed(parts: Parts): Promise<void> {
  for (;;) {
    const now = parts.clock.now()
    const idleSince = now - parts.policy.sessionIdleTimeout
    const lapsed = await parts.store.credentials.listLapsed(now, idleSince, BATCH)
    for (const record of lapsed) await endOne(parts, record, now, idleSince)
    if (lapsed.length < BATCH) return
  }
}

async function endOne(parts: Parts, record: CredentialRecord, now: number, idleSince: number): Promise<void> {
  const reason: EndReason = now >= record.expiresAt ? 'expired' : 'idle'
  const where = reason === 'idle' ? { id: record.id, notSeenSince: idleSince } : { id: record.id }
  const changes: Change[] = [
    { do: 'end credentials', where, reason, at: now, orRefuse: true },
    auditEvent(
      parts,
      record,
      { userId: record.userId, action: 'session.revoke', sessionId: record.id, detail: { kind: record.kind, reason } },
      now,
    ),
  ]
  const written = await parts.store.write(changes)
  if (written.landed) parts.endings.noteEnded(written.ended, now)
}

async function drained(deleteBatch: () => Promise<number>): Promise<void> {
  while ((await deleteBatch()) >= BATCH);
}
