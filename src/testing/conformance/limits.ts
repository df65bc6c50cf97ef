// Conformance tests: rate limit counters.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { T0 } from '../samples.ts'

const LIMIT = { points: 3, window: 1000 }

export function limitTests(contractTest: ContractTest): void {
  contractTest('Taking a point returns the points of the running window, this one included, also beyond the limit.', async (store) => {
    const counts = []
    for (let point = 0; point < 5; point += 1) counts.push(await store.limits.take('a', LIMIT, T0 + point))
    assert.deepEqual(
      counts.map(({ taken }) => taken),
      [1, 2, 3, 4, 5],
    )
  })

  contractTest('A window ends a fixed time after its first point; later points do not extend it.', async (store) => {
    for (const at of [T0, T0 + 999]) assert.equal((await store.limits.take('a', LIMIT, at)).resetsAt, T0 + 1000)
  })

  contractTest('After the end of a window, counting restarts at one.', async (store) => {
    await store.limits.take('a', LIMIT, T0)
    await store.limits.take('a', LIMIT, T0)
    assert.deepEqual(await store.limits.take('a', LIMIT, T0 + 1000), { taken: 1, resetsAt: T0 + 2000 })
    assert.deepEqual(await store.limits.take('a', LIMIT, T0 + 1001), { taken: 2, resetsAt: T0 + 2000 })
  })

  contractTest('Each key has a window of its own.', async (store) => {
    await store.limits.take('a', LIMIT, T0)
    assert.deepEqual(await store.limits.take('b', LIMIT, T0 + 1), { taken: 1, resetsAt: T0 + 1001 })
  })

  contractTest('Taking is atomic: no two of concurrent calls get the same count.', async (store) => {
    const counts = await Promise.all(Array.from({ length: 20 }, () => store.limits.take('a', LIMIT, T0)))
    assert.deepEqual(
      counts.map(({ taken }) => taken).toSorted((a, b) => a - b),
      Array.from({ length: 20 }, (_, index) => index + 1),
    )
  })

  contractTest('Finding returns the points of the running window, and takes none.', async (store) => {
    assert.equal(await store.limits.find('a', T0), undefined)
    await store.limits.take('a', LIMIT, T0)
    await store.limits.take('a', LIMIT, T0 + 1)
    for (const at of [T0 + 1, T0 + 999]) assert.deepEqual(await store.limits.find('a', at), { taken: 2, resetsAt: T0 + 1000 })
    assert.equal((await store.limits.take('a', LIMIT, T0 + 2)).taken, 3)
    assert.equal(await store.limits.find('b', T0), undefined)
  })

  contractTest('An ended window is not found; a restarted one is.', async (store) => {
    await store.limits.take('a', LIMIT, T0)
    assert.equal(await store.limits.find('a', T0 + 1000), undefined)
    await store.limits.take('a', LIMIT, T0 + 1000)
    assert.deepEqual(await store.limits.find('a', T0 + 1000), { taken: 1, resetsAt: T0 + 2000 })
  })

  contractTest('A refunded point no longer counts, and the window continues.', async (store) => {
    await store.limits.take('a', LIMIT, T0)
    await store.limits.take('a', LIMIT, T0)
    await store.limits.refund('a')
    assert.deepEqual(await store.limits.take('a', LIMIT, T0 + 500), { taken: 2, resetsAt: T0 + 1000 })
  })

  contractTest('A refund never goes below zero.', async (store) => {
    await store.limits.refund('a')
    await store.limits.take('a', LIMIT, T0)
    for (let times = 0; times < 3; times += 1) await store.limits.refund('a')
    assert.equal((await store.limits.take('a', LIMIT, T0)).taken, 1)
  })

  contractTest('Ended windows are deleted, and their number is returned.', async (store) => {
    await store.limits.take('a', LIMIT, T0)
    await store.limits.take('b', LIMIT, T0)
    await store.limits.take('c', LIMIT, T0 + 1)
    assert.equal(await store.limits.deleteExpiredWindows(T0 + 1000), 2)
    assert.equal(await store.limits.deleteExpiredWindows(T0 + 1000), 0)
    assert.equal((await store.limits.take('c', LIMIT, T0 + 1000)).taken, 2)
  })
}
