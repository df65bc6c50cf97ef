// Conformance tests: the key ring.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { assertRefused, commit } from '../helpers.ts'
import { makeKeyRing } from '../samples.ts'

export function keyRingTests(contractTest: ContractTest): void {
  contractTest('An empty store has no key ring.', async (store) => {
    assert.equal(await store.findKeyRing(), undefined)
  })

  contractTest('The first key ring replaces version 0, and is found unchanged.', async (store) => {
    const ring = makeKeyRing(1)
    await commit(store, { do: 'replace key ring', next: ring, ifVersion: 0 })
    assert.deepEqual(await store.findKeyRing(), ring)
  })

  contractTest('Of concurrent writes of the first key ring, exactly one succeeds.', async (store) => {
    const rings = Array.from({ length: 5 }, () => makeKeyRing(1))
    const written = await Promise.all(rings.map((next) => store.write([{ do: 'replace key ring', next, ifVersion: 0 }])))
    const winners = rings.filter((_, index) => written[index]?.committed)
    assert.equal(winners.length, 1)
    assert.deepEqual(await store.findKeyRing(), winners[0])
  })

  contractTest('Replacing the key ring is refused unless the stored version is the expected one.', async (store) => {
    await assertRefused(store, 0, { do: 'replace key ring', next: makeKeyRing(2), ifVersion: 1 })
    const [first, second] = [makeKeyRing(1), makeKeyRing(2)]
    await commit(store, { do: 'replace key ring', next: first, ifVersion: 0 })
    await commit(store, { do: 'replace key ring', next: second, ifVersion: 1 })
    await assertRefused(store, 0, { do: 'replace key ring', next: makeKeyRing(2), ifVersion: 1 })
    await assertRefused(store, 0, { do: 'replace key ring', next: makeKeyRing(3), ifVersion: 0 })
    assert.deepEqual(await store.findKeyRing(), second)
  })
}
