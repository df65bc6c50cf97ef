// What the contract says of paging through users.

import assert from 'node:assert/strict'
import { aUser } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { land } from '../steps.ts'

export function userPages(holds: Sentence): void {
  holds('A page of users begins at the beginning after null, and is in the order of the ids.', async (store) => {
    const ids = ['usr_c', 'usr_B', 'usr_a', 'usr_-', 'usr__', 'usr_1']
    for (const id of ids) await land(store, { do: 'insert user', user: aUser({ id }) })
    const page = await store.users.page(null, 10)
    assert.deepEqual(
      page.map(({ id }) => id),
      ids.toSorted(),
    )
  })

  holds('A page holds at most the limit, and the next one follows after its last code.', async (store) => {
    const users = Array.from({ length: 5 }, () => aUser())
    for (const user of users) await land(store, { do: 'insert user', user })
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

  holds('A page goes on after an id that is gone.', async (store) => {
    for (const id of ['usr_a', 'usr_c']) await land(store, { do: 'insert user', user: aUser({ id }) })
    const page = await store.users.page('usr_b', 10)
    assert.deepEqual(
      page.map(({ id }) => id),
      ['usr_c'],
    )
  })
}
