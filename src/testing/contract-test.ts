// Runs one rule of the store contract as a test: it opens an empty store, checks the rule, and closes the store.

import { test } from 'node:test'
import type { Store } from '../ports/store.ts'

/** Registers a rule of the contract with the check for it. */
export type ContractTest = (rule: string, check: (store: Store) => Promise<void>) => void

export function contractTests(open: () => Promise<Store>): ContractTest {
  return (rule, check) => {
    void test(rule, async () => {
      const store = await open()
      try {
        await check(store)
      } finally {
        await store.close()
      }
    })
  }
}
