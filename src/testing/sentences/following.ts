// What the contract says of following the endings log.

import assert from 'node:assert/strict'
import { aSession } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { ending, hear, hearEntries, insert, land, retained, soon } from '../steps.ts'
import { appending, changed } from './ending-log.ts'

export function following(holds: Sentence): void {
  holds('What is heard first holds everything retained after the position named.', async (store) => {
    await land(store, ...appending(changed('a')))
    const { position } = await retained(store)
    await land(store, ...appending(changed('b'), changed('c')))
    assert.deepEqual((await retained(store)).entries, [changed('a'), changed('b'), changed('c')])
    assert.deepEqual((await retained(store, position)).entries, [changed('b'), changed('c')])
  })

  holds('Where nothing is retained, the first heartbeat says from where to go on.', async (store) => {
    const { entries, position } = await retained(store)
    assert.deepEqual(entries, [])
    await land(store, ...appending(changed('a')))
    assert.deepEqual((await retained(store, position)).entries, [changed('a')])
  })

  holds('Each new entry is heard as it lands.', async (store) => {
    const session = aSession()
    await insert(store, session)
    const follower = store.log.follow(0)
    assert.deepEqual((await hear(follower)).entries, [])
    const heard = hearEntries(follower, 2)
    await land(store, ending({ id: session.id }))
    await land(store, ...appending(changed('a')))
    assert.deepEqual(
      (await heard).entries.map((entry) => entry.kind),
      ['revoked', 'changed'],
    )
    await follower.return?.()
  })

  holds('Heartbeats come several times a second, and say that there was nothing new.', async (store) => {
    await land(store, ...appending(changed('a')))
    const follower = store.log.follow(0)
    const { position } = await hear(follower)
    const started = performance.now()
    for (let beat = 0; beat < 4; beat += 1) {
      const { age, ...heard } = await hear(follower)
      assert.deepEqual(heard, { entries: [], position })
      assert.ok(age >= 0 && age < 1000, `read ${age} ms ago`)
    }
    const took = performance.now() - started
    // A quarter of a second each, and as much again for a busy machine; but no flood either.
    assert.ok(took > 40 && took < 2000, `four heartbeats took ${took} ms`)
    await follower.return?.()
  })

  holds('No entry is skipped or heard twice, however writing and hearing alternate.', async (store) => {
    const follower = store.log.follow(0)
    const sids = Array.from({ length: 120 }, (_, index) => `s${index}`)
    const writing = (async () => {
      for (const sid of sids) await land(store, ...appending(changed(sid)))
    })()
    const { entries } = await hearEntries(follower, sids.length)
    await writing
    assert.deepEqual(
      entries,
      sids.map((sid) => changed(sid)),
    )
    await follower.return?.()
  })

  holds('Whoever resumes from a position heard misses nothing and hears nothing again.', async (store) => {
    await land(store, ...appending(changed('a'), changed('b')))
    const first = store.log.follow(0)
    const { position } = await hear(first)
    await first.return?.()
    await land(store, ...appending(changed('c')))
    assert.deepEqual((await retained(store, position)).entries, [changed('c')])
  })

  holds('Several followers each hear everything.', async (store) => {
    const followers = Array.from({ length: 3 }, () => store.log.follow(0))
    const heard = followers.map((follower) => hearEntries(follower, 2))
    await land(store, ...appending(changed('a')))
    await land(store, ...appending(changed('b')))
    for (const { entries } of await Promise.all(heard)) assert.deepEqual(entries, [changed('a'), changed('b')])
    for (const follower of followers) await follower.return?.()
  })

  holds('Following ends when the iterator is returned, also while it waits.', async (store) => {
    const follower = store.log.follow(0)
    await hear(follower)
    const waiting = follower.next()
    await follower.return?.()
    assert.equal((await soon(waiting)).done, true)
    assert.equal((await soon(follower.next())).done, true)
  })

  holds('After a position that the log has not reached, everything retained is heard again.', async (store) => {
    await land(store, ...appending(changed('a')))
    const { position } = await retained(store)
    const restored = await retained(store, position + 1000)
    assert.deepEqual(restored, { entries: [changed('a')], position })
  })
}
