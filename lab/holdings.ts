// What the server holds: live credentials with their deadlines, what is left of those that ended, and the record.

import { createHash } from 'node:crypto'
import type { CredentialRecord } from '../src/domain/credential.ts'
import { shortened } from './journal.ts'
import type { Laboratory } from './laboratory.ts'
import type { HeldCredential, Holdings } from './seen.ts'

const IDLE_TIMEOUT = 20 * 60_000
const SHOWN_ENDED = 4
const SHOWN_OPERATIONS = 8
const MANY = 50

/** Remembers what it has seen, because a tombstone does not tell whose it was. */
export function createHoldings({ store, lastUses, now }: Laboratory): () => Promise<Holdings> {
  const seen = new Map<string, HeldCredential>()

  return async () => {
    const users = await store.users.page(null, MANY)
    for (const { code } of users) {
      const uses = await lastUses(code)
      for (const record of await store.credentials.listByUser(code)) seen.set(record.id, present(record, uses.get(record.id), now()))
    }
    for (const [id, known] of seen) {
      const found = await store.credentials.find(id)
      if (found === undefined) seen.set(id, { ...known, state: 'ended', endsAt: null })
      else if (found.kind === 'tombstone') seen.set(id, { ...known, state: found.reason, endsAt: null, data: '' })
    }
    const records = await Promise.all(users.map(({ code }) => store.operations.list(code, null, MANY)))
    const operations = records.flat().sort((a, b) => b.position - a.position)
    const latestFirst = [...seen.values()].reverse()
    const over = latestFirst.filter(({ state }) => state !== 'live').slice(0, SHOWN_ENDED)
    return {
      credentials: [...latestFirst.filter(({ state }) => state === 'live'), ...over],
      operations: operations.slice(0, SHOWN_OPERATIONS).map(({ at, action, outcome, ip, detail }) => ({ at, action, outcome, ip, detail })),
      print: createHash('sha256')
        .update(JSON.stringify([[...seen].map(([id, { state, data }]) => [id, state, data]), operations.map(({ position }) => position)]))
        .digest('base64'),
    }
  }
}

/** @param lastUse as this process knows it: the store is told of uses only now and then */
function present(record: CredentialRecord, lastUse = record.lastSeenAt, now: number): HeldCredential {
  const endsAt = record.kind === 'session' ? Math.min(lastUse + IDLE_TIMEOUT, record.expiresAt) : record.expiresAt
  return {
    id: record.id.slice(0, 6),
    kind: record.kind,
    username: record.username,
    hash: shortened(record.hash),
    state: now < endsAt ? 'live' : now < record.expiresAt ? 'idle' : 'expired',
    endsAt,
    startedBy: record.kind === 'session' ? (record.startedBy?.slice(0, 6) ?? null) : null,
    data: record.kind === 'session' ? record.data : '',
  }
}
