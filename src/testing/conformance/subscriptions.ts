// Conformance tests: subscriptions to the revocation log.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { commit, insertCredentials, readLog, receive, receiveEntries, revocation, withDeadline } from '../helpers.ts'
import { makeSession } from '../samples.ts'
import { appendEntries, changedEntry } from './revocation-log.ts'

export function subscriptionTests(contractTest: ContractTest): void {
  contractTest('The first batch holds all entries retained after the position.', async (store) => {
    await commit(store, ...appendEntries(changedEntry('a')))
    const { position } = await readLog(store)
    await commit(store, ...appendEntries(changedEntry('b'), changedEntry('c')))
    assert.deepEqual((await readLog(store)).entries, [changedEntry('a'), changedEntry('b'), changedEntry('c')])
    assert.deepEqual((await readLog(store, position)).entries, [changedEntry('b'), changedEntry('c')])
  })

  contractTest('When no entry is retained, the first heartbeat has the position to continue from.', async (store) => {
    const { entries, position } = await readLog(store)
    assert.deepEqual(entries, [])
    await commit(store, ...appendEntries(changedEntry('a')))
    assert.deepEqual((await readLog(store, position)).entries, [changedEntry('a')])
  })

  contractTest('A subscription receives each new entry when it is committed.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    const subscription = store.log.subscribe(0)
    assert.deepEqual((await receive(subscription)).entries, [])
    const received = receiveEntries(subscription, 2)
    await commit(store, revocation({ id: session.id }))
    await commit(store, ...appendEntries(changedEntry('a')))
    assert.deepEqual(
      (await received).entries.map((entry) => entry.kind),
      ['revoked', 'changed'],
    )
    await subscription.return?.()
  })

  contractTest('Heartbeats without entries arrive several times a second.', async (store) => {
    await commit(store, ...appendEntries(changedEntry('a')))
    const subscription = store.log.subscribe(0)
    const { position } = await receive(subscription)
    const startedAt = performance.now()
    for (let beat = 0; beat < 4; beat += 1) {
      const { readAgeMs, ...batch } = await receive(subscription)
      assert.deepEqual(batch, { entries: [], position })
      assert.ok(readAgeMs >= 0 && readAgeMs < 1000, `read ${readAgeMs} ms ago`)
    }
    const took = performance.now() - startedAt
    // A quarter of a second each, and as much again for a busy machine; but no faster than every 10 ms.
    assert.ok(took > 40 && took < 2000, `four heartbeats took ${took} ms`)
    await subscription.return?.()
  })

  contractTest('No entry is skipped or received twice, however writes and reads interleave.', async (store) => {
    const subscription = store.log.subscribe(0)
    const sids = Array.from({ length: 120 }, (_, index) => `s${index}`)
    const writing = (async () => {
      for (const sid of sids) await commit(store, ...appendEntries(changedEntry(sid)))
    })()
    const { entries } = await receiveEntries(subscription, sids.length)
    await writing
    assert.deepEqual(
      entries,
      sids.map((sid) => changedEntry(sid)),
    )
    await subscription.return?.()
  })

  contractTest('A subscription that resumes from a received position misses no entry and repeats none.', async (store) => {
    await commit(store, ...appendEntries(changedEntry('a'), changedEntry('b')))
    const first = store.log.subscribe(0)
    const { position } = await receive(first)
    await first.return?.()
    await commit(store, ...appendEntries(changedEntry('c')))
    assert.deepEqual((await readLog(store, position)).entries, [changedEntry('c')])
  })

  contractTest('Each of several subscriptions receives all entries.', async (store) => {
    const subscriptions = Array.from({ length: 3 }, () => store.log.subscribe(0))
    const received = subscriptions.map((subscription) => receiveEntries(subscription, 2))
    await commit(store, ...appendEntries(changedEntry('a')))
    await commit(store, ...appendEntries(changedEntry('b')))
    for (const { entries } of await Promise.all(received)) assert.deepEqual(entries, [changedEntry('a'), changedEntry('b')])
    for (const subscription of subscriptions) await subscription.return?.()
  })

  contractTest('A subscription ends when its iterator is returned, also while it waits.', async (store) => {
    const subscription = store.log.subscribe(0)
    await receive(subscription)
    const waiting = subscription.next()
    await subscription.return?.()
    assert.equal((await withDeadline(waiting)).done, true)
    assert.equal((await withDeadline(subscription.next())).done, true)
  })

  contractTest('After a position that the log has not reached, all retained entries are read again.', async (store) => {
    await commit(store, ...appendEntries(changedEntry('a')))
    const { position } = await readLog(store)
    const restored = await readLog(store, position + 1000)
    assert.deepEqual(restored, { entries: [changedEntry('a')], position })
  })
}
