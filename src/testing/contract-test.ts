// A sentence of the contract as a test: a fresh store, a claim, and the store closed again.

import { test } from 'node:test'
import type { Store } from '../ports/store.ts'

/** Registers one sentence with the claim that shows it. */
export type ContractTest = (sentence: string, claim: (store: Store) => Promise<void>) => void

export function contractTests(open: () => Promise<Store>): ContractTest {
  return (sentence, claim) => {
    void test(sentence, async () => {
      const store = await open()
      try {
        await claim(store)
      } finally {
        await store.close()
      }
    })
  }
}
