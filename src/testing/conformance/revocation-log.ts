// Conformance tests: the entries of the revocation log, their order, and trimming.

import assert from 'node:assert/strict'
import type { RevocationLogEntry } from '../../domain/revocation.ts'
import type { ContractTest } from '../contract-test.ts'
import { commit, insertCredentials, readLog, revocation } from '../helpers.ts'
import { makeSession, T0 } from '../samples.ts'

export const changedEntry = (sid: string, at = T0): RevocationLogEntry => ({ kind: 'changed', sid, at, roles: ['user'] })
export const appendEntries = (...entries: readonly RevocationLogEntry[]) => entries.map((entry) => ({ do: 'append entry', entry }) as const)

export function revocationLogTests(contractTest: ContractTest): void {
  contractTest('Entries of every kind are read unchanged, in the order of their appends.', async (store) => {
    const entries: RevocationLogEntry[] = [
      { kind: 'revoked', sid: 's1', at: T0, reason: 'theft_suspected' },
      { kind: 'changed', sid: 's2', at: T0 + 1, roles: ['a', 'ü "quoted"'] },
      { kind: 'keys', at: T0 + 2 },
      { kind: 'revoked', sid: 's3', at: T0 - 1, reason: 'idle' },
      { kind: 'ack_requested', requestId: 'c1', at: T0 + 3 },
      { kind: 'ack', requestId: 'c1', process: 'p1', verifiers: 12, delivered: 0, at: T0 + 4 },
      { kind: 'ack', requestId: 'c1', process: 'p1', verifiers: 12, delivered: 11, at: T0 + 5 },
    ]
    await commit(store, ...appendEntries(...entries))
    assert.deepEqual((await readLog(store)).entries, entries)
  })

  contractTest('A refused write appends no entry.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    const written = await store.write([
      revocation({ id: session.id }),
      ...appendEntries(changedEntry('s1')),
      revocation({ id: 'missing' }, true),
    ])
    assert.deepEqual(written, { committed: false, rejectedAt: 2 })
    assert.deepEqual((await readLog(store)).entries, [])
  })

  contractTest('Entries older than a time are trimmed, and their number is returned.', async (store) => {
    await commit(
      store,
      ...appendEntries(changedEntry('a', T0 - 1), changedEntry('b', T0), changedEntry('c', T0 - 2), changedEntry('d', T0 + 1)),
    )
    assert.equal(await store.log.trim(T0), 2)
    assert.deepEqual((await readLog(store)).entries, [changedEntry('b', T0), changedEntry('d', T0 + 1)])
    assert.equal(await store.log.trim(T0), 0)
  })

  contractTest('Entries of every kind are trimmed.', async (store) => {
    const old: readonly RevocationLogEntry[] = [
      { kind: 'revoked', sid: 's1', at: T0, reason: 'revoked' },
      changedEntry('s2'),
      { kind: 'keys', at: T0 },
      { kind: 'ack_requested', requestId: 'c1', at: T0 },
      { kind: 'ack', requestId: 'c1', process: 'p1', verifiers: 1, delivered: 1, at: T0 },
    ]
    await commit(store, ...appendEntries(...old))
    assert.equal(await store.log.trim(T0 + 1), old.length)
    assert.deepEqual((await readLog(store)).entries, [])
  })

  contractTest('Positions are never reused, even after all entries were trimmed.', async (store) => {
    await commit(store, ...appendEntries(changedEntry('a'), changedEntry('b')))
    const before = await readLog(store)
    assert.equal(await store.log.trim(T0 + 1), 2)
    const empty = await readLog(store)
    assert.deepEqual(empty, { entries: [], position: before.position })
    await commit(store, ...appendEntries(changedEntry('c')))
    const after = await readLog(store, before.position)
    assert.deepEqual(after.entries, [changedEntry('c')])
    assert.ok(after.position > before.position)
  })
}
