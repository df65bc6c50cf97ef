// What the contract says of following the endings log.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { commit, insertCredentials, readLog, receive, receiveEntries, revocation, withDeadline } from '../helpers.ts'
import { makeSession } from '../samples.ts'
import { appendEntries, changedEntry } from './revocation-log.ts'

export function subscriptionTests(contractTest: ContractTest): void {
  contractTest('What is heard first holds everything retained after the position named.', async (store) => {
    await commit(store, ...appendEntries(changedEntry('a')))
    const { position } = await readLog(store)
    await commit(store, ...appendEntries(changedEntry('b'), changedEntry('c')))
    assert.deepEqual((await readLog(store)).entries, [changedEntry('a'), changedEntry('b'), changedEntry('c')])
    assert.deepEqual((await readLog(store, position)).entries, [changedEntry('b'), changedEntry('c')])
  })

  contractTest('Where nothing is retained, the first heartbeat says from where to go on.', async (store) => {
    const { entries, position } = await readLog(store)
    assert.deepEqual(entries, [])
    await commit(store, ...appendEntries(changedEntry('a')))
    assert.deepEqual((await readLog(store, position)).entries, [changedEntry('a')])
  })

  contractTest('Each new entry is heard as it lands.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    const follower = store.log.subscribe(0)
    assert.deepEqual((await receive(follower)).entries, [])
    const heard = receiveEntries(follower, 2)
    await commit(store, revocation({ id: session.id }))
    await commit(store, ...appendEntries(changedEntry('a')))
    assert.deepEqual(
      (await heard).entries.map((entry) => entry.kind),
      ['revoked', 'changed'],
    )
    await follower.return?.()
  })

  contractTest('Heartbeats come several times a second, and say that there was nothing new.', async (store) => {
    await commit(store, ...appendEntries(changedEntry('a')))
    const follower = store.log.subscribe(0)
    const { position } = await receive(follower)
    const started = performance.now()
    for (let beat = 0; beat < 4; beat += 1) {
      const { readAgeMs, ...heard } = await receive(follower)
      assert.deepEqual(heard, { entries: [], position })
      assert.ok(readAgeMs >= 0 && readAgeMs < 1000, `read ${readAgeMs} ms ago`)
    }
    const took = performance.now() - started
    // A quarter of a second each, and as much again for a busy machine; but no flood either.
    assert.ok(took > 40 && took < 2000, `four heartbeats took ${took} ms`)
    await follower.return?.()
  })

  contractTest('No entry is skipped or heard twice, however writing and hearing alternate.', async (store) => {
    const follower = store.log.subscribe(0)
    const sids = Array.from({ length: 120 }, (_, index) => `s${index}`)
    const writing = (async () => {
      for (const sid of sids) await commit(store, ...appendEntries(changedEntry(sid)))
    })()
    const { entries } = await receiveEntries(follower, sids.length)
    await writing
    assert.deepEqual(
      entries,
      sids.map((sid) => changedEntry(sid)),
    )
    await follower.return?.()
  })

  contractTest('Whoever resumes from a position heard misses nothing and hears nothing again.', async (store) => {
    await commit(store, ...appendEntries(changedEntry('a'), changedEntry('b')))
    const first = store.log.subscribe(0)
    const { position } = await receive(first)
    await first.return?.()
    await commit(store, ...appendEntries(changedEntry('c')))
    assert.deepEqual((await readLog(store, position)).entries, [changedEntry('c')])
  })

  contractTest('Several followers each hear everything.', async (store) => {
    const followers = Array.from({ length: 3 }, () => store.log.subscribe(0))
    const heard = followers.map((follower) => receiveEntries(follower, 2))
    await commit(store, ...appendEntries(changedEntry('a')))
    await commit(store, ...appendEntries(changedEntry('b')))
    for (const { entries } of await Promise.all(heard)) assert.deepEqual(entries, [changedEntry('a'), changedEntry('b')])
    for (const follower of followers) await follower.return?.()
  })

  contractTest('Following ends when the iterator is returned, also while it waits.', async (store) => {
    const follower = store.log.subscribe(0)
    await receive(follower)
    const waiting = follower.next()
    await follower.return?.()
    assert.equal((await withDeadline(waiting)).done, true)
    assert.equal((await withDeadline(follower.next())).done, true)
  })

  contractTest('After a position that the log has not reached, everything retained is heard again.', async (store) => {
    await commit(store, ...appendEntries(changedEntry('a')))
    const { position } = await readLog(store)
    const restored = await readLog(store, position + 1000)
    assert.deepEqual(restored, { entries: [changedEntry('a')], position })
  })
}
