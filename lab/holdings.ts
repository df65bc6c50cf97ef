// What the server holds of one user: live credentials with their deadlines, what has ended, and the record.

import type { CredentialRecord } from '../src/domain/credential.ts'
import { shortened } from './journal.ts'
import type { Laboratory } from './laboratory.ts'
import type { HeldCredential, Holdings } from './seen.ts'

const IDLE_TIMEOUT = 20 * 60_000
const SHOWN_OPERATIONS = 8
const SHOWN_CREDENTIALS = 8

/** Remembers every id it has seen, so that what ended can still be shown. */
export function createHoldings({ store, now }: Laboratory) {
  const seen = new Map<string, HeldCredential>()
  return async (userCode: string | undefined): Promise<Holdings> => {
    if (userCode === undefined) return { credentials: [], operations: [] }
    const live = await store.credentials.listByUser(userCode)
    for (const record of live) seen.set(record.id, present(record, now()))
    for (const [id, known] of seen) {
      if (live.some((record) => record.id === id)) continue
      const found = await store.credentials.find(id)
      seen.set(id, { ...known, hash: found ? known.hash : '', state: found?.kind === 'tombstone' ? found.reason : 'ended', endsAt: null })
    }
    const operations = await store.operations.list(userCode, null, SHOWN_OPERATIONS)
    return {
      credentials: [...seen.values()].sort((a, b) => (b.startedAt ?? 0) - (a.startedAt ?? 0)).slice(0, SHOWN_CREDENTIALS),
      operations: operations.map(({ at, action, outcome, ip, detail }) => ({ at, action, outcome, ip, detail })),
    }
  }
}

function present(record: CredentialRecord, now: number): HeldCredential {
  const endsAt = record.kind === 'session' ? Math.min(record.lastSeenAt + IDLE_TIMEOUT, record.expiresAt) : record.expiresAt
  return {
    id: record.id.slice(0, 6),
    kind: record.kind,
    hash: shortened(record.hash),
    state: now < endsAt ? 'live' : now < record.expiresAt ? 'idle' : 'expired',
    startedAt: record.startedAt,
    endsAt,
    startedBy: record.kind === 'session' ? (record.startedBy?.slice(0, 6) ?? null) : null,
    ip: record.ip,
    data: record.kind === 'session' ? record.data : '',
  }
}
