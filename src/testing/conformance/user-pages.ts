// Conformance tests: pages of users.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { commit } from '../helpers.ts'
import { makeUser } from '../samples.ts'

export function userPageTests(contractTest: ContractTest): void {
  contractTest('Without a cursor, a page starts with the first user, in the order of ids.', async (store) => {
    const ids = ['usr_c', 'usr_B', 'usr_a', 'usr_-', 'usr__', 'usr_1']
    for (const id of ids) await commit(store, { do: 'insert user', user: makeUser({ id }) })
    const page = await store.users.page(null, 10)
    assert.deepEqual(
      page.map(({ id }) => id),
      ids.toSorted(),
    )
  })

  contractTest('A page holds at most `limit` users, and the next one starts after its last id.', async (store) => {
    const users = Array.from({ length: 5 }, () => makeUser())
    for (const user of users) await commit(store, { do: 'insert user', user })
    const pages = [await store.users.page(null, 2)]
    for (let page = pages[0]; page !== undefined && page.length > 0; ) {
      page = await store.users.page(page.at(-1)?.id ?? null, 2)
      pages.push(page)
    }
    assert.deepEqual(
      pages.map((page) => page.length),
      [2, 2, 1, 0],
    )
    assert.deepEqual(pages.flat(), users)
  })

  contractTest('A page continues after an id that no longer exists.', async (store) => {
    for (const id of ['usr_a', 'usr_c']) await commit(store, { do: 'insert user', user: makeUser({ id }) })
    const page = await store.users.page('usr_b', 10)
    assert.deepEqual(
      page.map(({ id }) => id),
      ['usr_c'],
    )
  })
}
