// What the contract says of the endings log itself: its entries, their order, and trimming.

import assert from 'node:assert/strict'
import type { LogEntry } from '../../domain/ending.ts'
import { aSession, T0 } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { ending, insert, land, retained } from '../steps.ts'

export const changed = (sid: string, at = T0): LogEntry => ({ kind: 'changed', sid, at, roles: ['user'] })
export const appending = (...entries: readonly LogEntry[]) => entries.map((entry) => ({ do: 'append entry', entry }) as const)

export function endingLog(holds: Sentence): void {
  holds('Entries of every kind are heard as they were appended, in order.', async (store) => {
    const entries: LogEntry[] = [
      { kind: 'revoked', sid: 's1', at: T0, reason: 'theft_suspected' },
      { kind: 'changed', sid: 's2', at: T0 + 1, roles: ['a', 'ü "quoted"'] },
      { kind: 'keys', at: T0 + 2 },
      { kind: 'revoked', sid: 's3', at: T0 - 1, reason: 'idle' },
      { kind: 'ack_requested', requestId: 'c1', at: T0 + 3 },
      { kind: 'ack', requestId: 'c1', process: 'p1', verifiers: 12, delivered: 0, at: T0 + 4 },
      { kind: 'ack', requestId: 'c1', process: 'p1', verifiers: 12, delivered: 11, at: T0 + 5 },
    ]
    await land(store, ...appending(...entries))
    assert.deepEqual((await retained(store)).entries, entries)
  })

  holds('A refused write leaves no entry.', async (store) => {
    const session = aSession()
    await insert(store, session)
    const written = await store.write([ending({ id: session.id }), ...appending(changed('s1')), ending({ id: 'missing' }, true)])
    assert.deepEqual(written, { landed: false, refusedAt: 2 })
    assert.deepEqual((await retained(store)).entries, [])
  })

  holds('Entries older than a time are trimmed, and their number is returned.', async (store) => {
    await land(store, ...appending(changed('a', T0 - 1), changed('b', T0), changed('c', T0 - 2), changed('d', T0 + 1)))
    assert.equal(await store.log.trim(T0), 2)
    assert.deepEqual((await retained(store)).entries, [changed('b', T0), changed('d', T0 + 1)])
    assert.equal(await store.log.trim(T0), 0)
  })

  holds('Entries of every kind are trimmed.', async (store) => {
    const old: readonly LogEntry[] = [
      { kind: 'revoked', sid: 's1', at: T0, reason: 'revoked' },
      changed('s2'),
      { kind: 'keys', at: T0 },
      { kind: 'ack_requested', requestId: 'c1', at: T0 },
      { kind: 'ack', requestId: 'c1', process: 'p1', verifiers: 1, delivered: 1, at: T0 },
    ]
    await land(store, ...appending(...old))
    assert.equal(await store.log.trim(T0 + 1), old.length)
    assert.deepEqual((await retained(store)).entries, [])
  })

  holds('Positions are never used again, even after everything was trimmed.', async (store) => {
    await land(store, ...appending(changed('a'), changed('b')))
    const before = await retained(store)
    assert.equal(await store.log.trim(T0 + 1), 2)
    const empty = await retained(store)
    assert.deepEqual(empty, { entries: [], position: before.position })
    await land(store, ...appending(changed('c')))
    const after = await retained(store, before.position)
    assert.deepEqual(after.entries, [changed('c')])
    assert.ok(after.position > before.position)
  })
}
