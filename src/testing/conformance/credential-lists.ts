// Conformance tests: listing credentials, and deleting expired ones.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { commit, idsOf, insertCredentials, revocation } from '../helpers.ts'
import { makeRememberMe, makeSession, T0 } from '../samples.ts'

const FAR = T0 + 1_000_000

export function credentialListTests(contractTest: ContractTest): void {
  contractTest('The credentials of one user are listed, the most recently seen first.', async (store) => {
    const [older, newer] = [makeSession({ lastSeenAt: T0 }), makeRememberMe({ lastSeenAt: T0 + 2 })]
    const touched = makeSession({ lastSeenAt: T0 })
    await insertCredentials(store, older, newer, touched, makeSession({ userId: 'usr_other' }))
    await store.credentials.touch([{ id: touched.id, at: T0 + 1 }])
    assert.deepEqual(await store.credentials.listByUser(older.userId), [newer, { ...touched, lastSeenAt: T0 + 1 }, older])
  })

  contractTest('The list of a user’s credentials contains no tombstones.', async (store) => {
    const [live, revoked] = [makeSession(), makeSession()]
    await insertCredentials(store, live, revoked)
    await commit(store, revocation({ id: revoked.id }))
    assert.deepEqual(await store.credentials.listByUser(live.userId), [live])
    assert.deepEqual(await store.credentials.listByUser('usr_missing'), [])
  })

  contractTest('Live credentials at or past `expiresAt` are listed as expired.', async (store) => {
    const past = makeSession({ expiresAt: T0 + 9, lastSeenAt: FAR })
    const at = makeRememberMe({ expiresAt: T0 + 10, lastSeenAt: FAR })
    await insertCredentials(store, past, at, makeSession({ expiresAt: T0 + 11, lastSeenAt: FAR }))
    assert.deepEqual(idsOf(await store.credentials.listExpired(T0 + 10, 0, 10)).toSorted(), idsOf([past, at]).toSorted())
  })

  contractTest(
    'Sessions last seen at or before the idle limit are listed as expired; remember-me logins do not become idle.',
    async (store) => {
      const before = makeSession({ lastSeenAt: T0 + 9 })
      const at = makeSession({ lastSeenAt: T0 + 10 })
      await insertCredentials(store, before, at, makeSession({ lastSeenAt: T0 + 11 }), makeRememberMe({ lastSeenAt: T0 }))
      assert.deepEqual(idsOf(await store.credentials.listExpired(T0, T0 + 10, 10)).toSorted(), idsOf([before, at]).toSorted())
    },
  )

  contractTest('A session that is both expired and idle is listed once, unchanged.', async (store) => {
    const session = makeSession({ lastSeenAt: T0, expiresAt: T0 })
    await insertCredentials(store, session)
    assert.deepEqual(await store.credentials.listExpired(T0 + 10, T0 + 10, 10), [session])
  })

  contractTest('At most `limit` expired credentials are listed.', async (store) => {
    await insertCredentials(store, ...Array.from({ length: 3 }, () => makeSession({ expiresAt: T0 })))
    await insertCredentials(store, ...Array.from({ length: 3 }, () => makeSession({ lastSeenAt: T0 - 1 })))
    for (const limit of [2, 4, 6]) assert.equal((await store.credentials.listExpired(T0, T0 - 1, limit)).length, limit)
    assert.equal((await store.credentials.listExpired(T0, T0 - 1, 7)).length, 6)
  })

  contractTest('Tombstones are not listed as expired.', async (store) => {
    const session = makeSession({ expiresAt: T0, lastSeenAt: T0 })
    await insertCredentials(store, session)
    await commit(store, revocation({ id: session.id }))
    assert.deepEqual(await store.credentials.listExpired(FAR, FAR, 10), [])
  })

  contractTest('Records and tombstones that expired before a time are deleted, and their number is returned.', async (store) => {
    const [record, tombstone] = [makeRememberMe({ expiresAt: T0 }), makeSession({ expiresAt: T0 })]
    const kept = makeSession({ expiresAt: T0 + 1 })
    await insertCredentials(store, record, tombstone, kept)
    await commit(store, revocation({ id: tombstone.id }))
    assert.equal(await store.credentials.deleteExpired(T0 + 1, 10), 2)
    assert.equal(await store.credentials.find(record.id), undefined)
    assert.equal(await store.credentials.find(tombstone.id), undefined)
    assert.deepEqual(await store.credentials.find(kept.id), kept)
    assert.deepEqual(await store.credentials.listByUser(record.userId), [kept])
    assert.equal(await store.credentials.deleteExpired(T0 + 1, 10), 0)
  })

  contractTest('At most `limit` expired records and tombstones are deleted.', async (store) => {
    const expired = Array.from({ length: 5 }, () => makeSession({ expiresAt: T0 }))
    await insertCredentials(store, ...expired)
    await commit(store, ...expired.slice(0, 2).map(({ id }) => revocation({ id })))
    const deleted: number[] = []
    for (let round = 0; round < 4; round += 1) deleted.push(await store.credentials.deleteExpired(T0 + 1, 2))
    assert.deepEqual(deleted, [2, 2, 1, 0])
  })
}
