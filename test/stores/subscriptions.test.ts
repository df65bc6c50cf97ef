// Subscriptions: own writes of the process wake them at once, and they leave no timers running.

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
  test(`${name}: an entry written by the same process is received without waiting for a poll`, async () => {
    const store = await open()
    const subscription = store.log.subscribe(0)
    await subscription.next()
    let isReceived = false
    const receiving = subscription.next().then(({ value }) => {
      isReceived = value.entries.length === 1
    })
    await store.write([{ do: 'append entry', entry: { kind: 'keys', at: 1 } }])
    await turn()
    assert.ok(isReceived)
    await receiving
    await store.close()
  })

  test(`${name}: subscriptions do not keep the process alive, and end when returned`, async () => {
    const store = await open()
    const before = timers()
    const subscriptions = [store.log.subscribe(0), store.log.subscribe(0)]
    for (const subscription of subscriptions) await subscription.next()
    // Unreferenced timers are not counted.
    assert.equal(timers(), before)
    const waiting = subscriptions.map((subscription) => subscription.next())
    for (const subscription of subscriptions) await subscription.return?.()
    await turn()
    for (const next of await Promise.all(waiting)) assert.equal(next.done, true)
    await store.close()
  })
}
