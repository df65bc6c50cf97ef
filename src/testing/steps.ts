// The few steps that most claims are made of.

import assert from 'node:assert/strict'
import type { CredentialRecord, Tombstone } from '../domain/credential.ts'
import type { Change, Ended, EndWhere, Heard, Store } from '../ports/store.ts'
import { T0 } from './samples.ts'

/** Writes what must land, and returns what it ended. */
export async function land(store: Store, ...changes: readonly Change[]): Promise<readonly Ended[]> {
  const written = await store.write(changes)
  assert.ok(written.landed, 'the write must land')
  return written.ended
}

/** Writes what must be refused, at this change. */
export async function refuse(store: Store, refusedAt: number, ...changes: readonly Change[]): Promise<void> {
  assert.deepEqual(await store.write(changes), { landed: false, refusedAt })
}

export async function insert(store: Store, ...records: readonly CredentialRecord[]): Promise<void> {
  await land(store, ...records.map((record): Change => ({ do: 'insert credential', record })))
}

export function ending(where: EndWhere, orRefuse = false): Change {
  return { do: 'end credentials', where, reason: 'revoked', at: T0 + 5, ...(orRefuse ? { orRefuse } : {}) }
}

/** What `ending` makes of a record. */
export function tombstoneOf({ kind, id, hash, expiresAt }: CredentialRecord): Tombstone {
  return { kind: 'tombstone', was: kind, id, hash, reason: 'revoked', endedAt: T0 + 5, expiresAt }
}

export function idsOf(records: readonly { readonly id: string }[]): readonly string[] {
  return records.map(({ id }) => id)
}

const DEADLINE = 5000

/** Fails when it takes too long; nothing here should. */
export async function soon<T>(promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`Nothing came within ${DEADLINE} ms`)), DEADLINE)
  try {
    return await Promise.race([promise, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Hears once. */
export async function hear(following: AsyncIterator<Heard>): Promise<Heard> {
  const heard = await soon(following.next())
  assert.ok(!heard.done, 'the log must go on')
  return heard.value
}

/** Hears until this many entries have come. */
export async function hearEntries(following: AsyncIterator<Heard>, count: number): Promise<Heard> {
  const entries: Heard['entries'][number][] = []
  for (;;) {
    const heard = await hear(following)
    entries.push(...heard.entries)
    if (entries.length >= count) return { ...heard, entries }
  }
}

/** Everything the log retains after `from`, and its position. */
export async function retained(store: Store, from = 0): Promise<Omit<Heard, 'age'>> {
  const following = store.log.follow(from)
  const { entries, position } = await hear(following)
  await following.return?.()
  return { entries, position }
}
