// Helpers for the conformance tests.

import assert from 'node:assert/strict'
import type { CredentialRecord, Tombstone } from '../domain/credential.ts'
import type { Change, LogBatch, RevocationFilter, RevokedCredential, Store } from '../ports/store.ts'
import { T0 } from './samples.ts'

/** Writes changes that must be committed, and returns the revoked credentials. */
export async function commit(store: Store, ...changes: readonly Change[]): Promise<readonly RevokedCredential[]> {
  const written = await store.write(changes)
  assert.ok(written.committed, 'the write must be committed')
  return written.ended
}

/** Asserts that a write is refused, at this change. */
export async function assertRefused(store: Store, rejectedAt: number, ...changes: readonly Change[]): Promise<void> {
  assert.deepEqual(await store.write(changes), { committed: false, rejectedAt })
}

export async function insertCredentials(store: Store, ...records: readonly CredentialRecord[]): Promise<void> {
  await commit(store, ...records.map((record): Change => ({ do: 'insert credential', record })))
}

export function revocation(where: RevocationFilter, mustMatch = false): Change {
  return { do: 'revoke credentials', where, reason: 'revoked', at: T0 + 5, ...(mustMatch ? { mustMatch } : {}) }
}

/** The tombstone that `revocation` makes of a record. */
export function tombstoneOf({ kind, id, hash, expiresAt }: CredentialRecord): Tombstone {
  return { kind: 'tombstone', was: kind, id, hash, reason: 'revoked', endedAt: T0 + 5, expiresAt }
}

export function idsOf(records: readonly { readonly id: string }[]): readonly string[] {
  return records.map(({ id }) => id)
}

const DEADLINE = 5000

/** Rejects when the promise takes too long. */
export async function withDeadline<T>(promise: Promise<T>): Promise<T> {
  const expired = Promise.withResolvers<never>()
  const timer = setTimeout(() => expired.reject(new Error(`No result within ${DEADLINE} ms`)), DEADLINE)
  try {
    return await Promise.race([promise, expired.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Receives the next batch. */
export async function receive(subscription: AsyncIterator<LogBatch>): Promise<LogBatch> {
  const received = await withDeadline(subscription.next())
  assert.ok(!received.done, 'the subscription must not end')
  return received.value
}

/** Receives batches until they hold this many entries. */
export async function receiveEntries(subscription: AsyncIterator<LogBatch>, count: number): Promise<LogBatch> {
  const entries: LogBatch['entries'][number][] = []
  for (;;) {
    const received = await receive(subscription)
    entries.push(...received.entries)
    if (entries.length >= count) return { ...received, entries }
  }
}

/** Reads all entries that the log retains after `from`, and its position. */
export async function readLog(store: Store, from = 0): Promise<Omit<LogBatch, 'readAgeMs'>> {
  const subscription = store.log.subscribe(from)
  const { entries, position } = await receive(subscription)
  await subscription.return?.()
  return { entries, position }
}
