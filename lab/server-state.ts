// The server state for the lab page: live credentials with their expiry, revoked ones, and the audit log.

import { createHash } from 'node:crypto'
import type { CredentialRecord } from '../src/domain/credential.ts'
import type { LabServer } from './lab-server.ts'
import { truncate } from './request-log.ts'
import type { CredentialSummary, ServerState } from './types.ts'

const IDLE_TIMEOUT = 20 * 60_000
const SHOWN_ENDED = 4
const SHOWN_EVENTS = 8
const PAGE_SIZE = 50

/** Keeps a summary of each credential, because a tombstone has no user. */
export function createServerStateReader({ store, lastUse, now }: LabServer): () => Promise<ServerState> {
  const seen = new Map<string, CredentialSummary>()

  return async () => {
    const users = await store.users.page(null, PAGE_SIZE)
    for (const { id } of users) {
      for (const record of await store.credentials.listByUser(id))
        seen.set(record.id, summarize(record, await lastUse(id, record.id), now()))
    }
    for (const [id, summary] of seen) {
      const found = await store.credentials.find(id)
      if (found === undefined) seen.set(id, { ...summary, state: 'ended', endsAt: null })
      else if (found.kind === 'tombstone') seen.set(id, { ...summary, state: found.reason, endsAt: null, data: '' })
    }
    const logs = await Promise.all(users.map(({ id }) => store.auditEvents.list(id, null, PAGE_SIZE)))
    const events = logs.flat().sort((a, b) => b.position - a.position)
    const latestFirst = [...seen.values()].reverse()
    const ended = latestFirst.filter(({ state }) => state !== 'live').slice(0, SHOWN_ENDED)
    return {
      credentials: [...latestFirst.filter(({ state }) => state === 'live'), ...ended],
      events: events
        .slice(0, SHOWN_EVENTS)
        .map(({ at, action, outcome, severity, ip, detail }) => ({ at, action, outcome, severity, ip, detail })),
      fingerprint: createHash('sha256')
        .update(JSON.stringify([[...seen].map(([id, { state, data }]) => [id, state, data]), events.map(({ position }) => position)]))
        .digest('base64'),
    }
  }
}

/** @param lastUse from the credential cache: the store is updated only from time to time */
function summarize(record: CredentialRecord, lastUse = record.lastSeenAt, now: number): CredentialSummary {
  const endsAt = record.kind === 'session' ? Math.min(lastUse + IDLE_TIMEOUT, record.expiresAt) : record.expiresAt
  return {
    id: record.id.slice(0, 6),
    kind: record.kind,
    username: record.username,
    hash: truncate(record.hash),
    state: now < endsAt ? 'live' : now < record.expiresAt ? 'idle' : 'expired',
    endsAt,
    startedBy: record.kind === 'session' ? (record.startedBy?.slice(0, 6) ?? null) : null,
    data: record.kind === 'session' ? record.data : '',
  }
}
