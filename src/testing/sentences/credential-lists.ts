// What the contract says of listing credentials and of deleting those that are long expired.

import assert from 'node:assert/strict'
import { aRemembered, aSession, T0 } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { ending, idsOf, insert, land } from '../steps.ts'

const FAR = T0 + 1_000_000

export function credentialLists(holds: Sentence): void {
  holds('A user’s credentials are listed with the most recently seen first, and nobody else’s.', async (store) => {
    const [older, newer] = [aSession({ lastSeenAt: T0 }), aRemembered({ lastSeenAt: T0 + 2 })]
    const touched = aSession({ lastSeenAt: T0 })
    await insert(store, older, newer, touched, aSession({ userId: 'usr_other' }))
    await store.credentials.touch([{ id: touched.id, at: T0 + 1 }])
    assert.deepEqual(await store.credentials.listByUser(older.userId), [newer, { ...touched, lastSeenAt: T0 + 1 }, older])
  })

  holds('A list of a user’s credentials never holds tombstones.', async (store) => {
    const [live, ended] = [aSession(), aSession()]
    await insert(store, live, ended)
    await land(store, ending({ id: ended.id }))
    assert.deepEqual(await store.credentials.listByUser(live.userId), [live])
    assert.deepEqual(await store.credentials.listByUser('usr_nobody'), [])
  })

  holds('Live credentials at or past their limit have lapsed.', async (store) => {
    const past = aSession({ expiresAt: T0 + 9, lastSeenAt: FAR })
    const at = aRemembered({ expiresAt: T0 + 10, lastSeenAt: FAR })
    await insert(store, past, at, aSession({ expiresAt: T0 + 11, lastSeenAt: FAR }))
    assert.deepEqual(idsOf(await store.credentials.listLapsed(T0 + 10, 0, 10)).toSorted(), idsOf([past, at]).toSorted())
  })

  holds('Sessions last seen at or before the idle limit have lapsed; remembered logins never do by that.', async (store) => {
    const before = aSession({ lastSeenAt: T0 + 9 })
    const at = aSession({ lastSeenAt: T0 + 10 })
    await insert(store, before, at, aSession({ lastSeenAt: T0 + 11 }), aRemembered({ lastSeenAt: T0 }))
    assert.deepEqual(idsOf(await store.credentials.listLapsed(T0, T0 + 10, 10)).toSorted(), idsOf([before, at]).toSorted())
  })

  holds('What has lapsed in both ways is listed once, as it is stored.', async (store) => {
    const session = aSession({ lastSeenAt: T0, expiresAt: T0 })
    await insert(store, session)
    assert.deepEqual(await store.credentials.listLapsed(T0 + 10, T0 + 10, 10), [session])
  })

  holds('At most the limit of lapsed credentials are listed.', async (store) => {
    await insert(store, ...Array.from({ length: 3 }, () => aSession({ expiresAt: T0 })))
    await insert(store, ...Array.from({ length: 3 }, () => aSession({ lastSeenAt: T0 - 1 })))
    for (const limit of [2, 4, 6]) assert.equal((await store.credentials.listLapsed(T0, T0 - 1, limit)).length, limit)
    assert.equal((await store.credentials.listLapsed(T0, T0 - 1, 7)).length, 6)
  })

  holds('Tombstones have not lapsed.', async (store) => {
    const session = aSession({ expiresAt: T0, lastSeenAt: T0 })
    await insert(store, session)
    await land(store, ending({ id: session.id }))
    assert.deepEqual(await store.credentials.listLapsed(FAR, FAR, 10), [])
  })

  holds('Records and tombstones that expired before a time are deleted, and their number is returned.', async (store) => {
    const [record, tombstone] = [aRemembered({ expiresAt: T0 }), aSession({ expiresAt: T0 })]
    const kept = aSession({ expiresAt: T0 + 1 })
    await insert(store, record, tombstone, kept)
    await land(store, ending({ id: tombstone.id }))
    assert.equal(await store.credentials.deleteExpired(T0 + 1, 10), 2)
    assert.equal(await store.credentials.find(record.id), undefined)
    assert.equal(await store.credentials.find(tombstone.id), undefined)
    assert.deepEqual(await store.credentials.find(kept.id), kept)
    assert.deepEqual(await store.credentials.listByUser(record.userId), [kept])
    assert.equal(await store.credentials.deleteExpired(T0 + 1, 10), 0)
  })

  holds('At most the limit of expired records and tombstones are deleted.', async (store) => {
    const expired = Array.from({ length: 5 }, () => aSession({ expiresAt: T0 }))
    await insert(store, ...expired)
    await land(store, ...expired.slice(0, 2).map(({ id }) => ending({ id })))
    const deleted: number[] = []
    for (let round = 0; round < 4; round += 1) deleted.push(await store.credentials.deleteExpired(T0 + 1, 2))
    assert.deepEqual(deleted, [2, 2, 1, 0])
  })
}
