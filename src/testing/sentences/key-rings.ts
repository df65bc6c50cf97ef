// What the contract says of the key ring.

import assert from 'node:assert/strict'
import { keyRing } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { land, refuse } from '../steps.ts'

export function keyRings(holds: Sentence): void {
  holds('There is no key ring at first.', async (store) => {
    assert.equal(await store.findKeyRing(), undefined)
  })

  holds('The first key ring names version 0, and is found as it was written.', async (store) => {
    const ring = keyRing(1)
    await land(store, { do: 'replace key ring', next: ring, ifVersion: 0 })
    assert.deepEqual(await store.findKeyRing(), ring)
  })

  holds('Of many who make the first key ring at once, one succeeds.', async (store) => {
    const rings = Array.from({ length: 5 }, () => keyRing(1))
    const written = await Promise.all(rings.map((next) => store.write([{ do: 'replace key ring', next, ifVersion: 0 }])))
    const winners = rings.filter((_, index) => written[index]?.landed)
    assert.equal(winners.length, 1)
    assert.deepEqual(await store.findKeyRing(), winners[0])
  })

  holds('Replacing the key ring is refused unless the stored version is the one named.', async (store) => {
    await refuse(store, 0, { do: 'replace key ring', next: keyRing(2), ifVersion: 1 })
    const [first, second] = [keyRing(1), keyRing(2)]
    await land(store, { do: 'replace key ring', next: first, ifVersion: 0 })
    await land(store, { do: 'replace key ring', next: second, ifVersion: 1 })
    await refuse(store, 0, { do: 'replace key ring', next: keyRing(2), ifVersion: 1 })
    await refuse(store, 0, { do: 'replace key ring', next: keyRing(3), ifVersion: 0 })
    assert.deepEqual(await store.findKeyRing(), second)
  })
}
