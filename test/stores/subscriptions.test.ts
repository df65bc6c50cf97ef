// Following wakes at once for what this process itself writes, and leaves nothing running behind.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'

const STORES = {
  memory: async () => createMemoryStore(),
  sqlite: () => openSqliteStore({ path: ':memory:' }),
}

function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}

for (const [name, open] of Object.entries(STORES)) {
  test(`${name}: what this process writes is heard without waiting for a poll`, async () => {
    const store = await open()
    const follower = store.log.subscribe(0)
    await follower.next()
    let heard = false
    const hearing = follower.next().then(({ value }) => {
      heard = value.entries.length === 1
    })
    await store.write([{ do: 'append entry', entry: { kind: 'keys', at: 1 } }])
    await turn()
    assert.ok(heard)
    await hearing
    await store.close()
  })

  test(`${name}: following keeps no process alive, and stops when nobody follows`, async () => {
    const store = await open()
    const before = timers()
    const followers = [store.log.subscribe(0), store.log.subscribe(0)]
    for (const follower of followers) await follower.next()
    // A timer that does not keep the process alive is not counted among what does.
    assert.equal(timers(), before)
    const waiting = followers.map((follower) => follower.next())
    for (const follower of followers) await follower.return?.()
    await turn()
    for (const next of await Promise.all(waiting)) assert.equal(next.done, true)
    await store.close()
  })
}
