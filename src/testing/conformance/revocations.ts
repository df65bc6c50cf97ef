// What the contract says of ending credentials.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { assertRefused, commit, idsOf, insertCredentials, readLog, revocation, tombstoneOf } from '../helpers.ts'
import { makeRememberMe, makeSession, T0 } from '../samples.ts'

export function revocationTests(contractTest: ContractTest): void {
  contractTest('Ending by id leaves a tombstone that tells why, and nothing of whom.', async (store) => {
    const [session, remembered] = [makeSession(), makeRememberMe()]
    await insertCredentials(store, session, remembered)
    await commit(store, revocation({ id: session.id }), revocation({ id: remembered.id }))
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
    assert.deepEqual(await store.credentials.find(remembered.id), tombstoneOf(remembered))
  })

  contractTest('A write tells what it ended.', async (store) => {
    const [session, remembered] = [makeSession({ userId: 'usr_a' }), makeRememberMe({ userId: 'usr_b' })]
    await insertCredentials(store, session, remembered)
    const ended = await commit(store, revocation({ id: session.id }), revocation({ id: 'missing' }), revocation({ id: remembered.id }))
    assert.deepEqual(ended, [
      { id: session.id, kind: 'session', userId: 'usr_a', reason: 'revoked' },
      { id: remembered.id, kind: 'remember_me', userId: 'usr_b', reason: 'revoked' },
    ])
  })

  contractTest('Ending appends an entry for each session among them, and none for a remembered login.', async (store) => {
    const remembered = makeRememberMe()
    const sessions = [makeSession({ lineage: remembered.id }), makeSession({ lineage: remembered.id })]
    await insertCredentials(store, remembered, ...sessions)
    const ended = await commit(store, revocation({ lineage: remembered.id }))
    assert.equal(ended.length, 3)
    const { entries } = await readLog(store)
    assert.deepEqual(
      entries.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
      sessions.map(({ id: sid }) => ({ kind: 'revoked', sid, at: T0 + 5, reason: 'revoked' })),
    )
  })

  contractTest('Ending by id and seen time spares what was seen after it, as another process may have told meanwhile.', async (store) => {
    const [at, after] = [makeSession({ lastSeenAt: T0 + 10 }), makeSession({ lastSeenAt: T0 })]
    await insertCredentials(store, at, after)
    await store.credentials.touch([{ id: after.id, at: T0 + 11 }])
    await commit(store, revocation({ id: at.id, unusedSince: T0 + 10 }))
    await assertRefused(store, 0, revocation({ id: after.id, unusedSince: T0 + 10 }, true))
    assert.deepEqual(await store.credentials.find(at.id), tombstoneOf(at))
    assert.deepEqual(await store.credentials.find(after.id), { ...after, lastSeenAt: T0 + 11 })
  })

  contractTest('Ending by lineage ends the remembered login and every session of it, and no other.', async (store) => {
    const remembered = makeRememberMe()
    const session = makeSession({ lineage: remembered.id, startedBy: remembered.id })
    const other = makeSession()
    await insertCredentials(store, remembered, session, other)
    const ended = await commit(store, revocation({ lineage: remembered.id }))
    assert.deepEqual(idsOf(ended).toSorted(), idsOf([remembered, session]).toSorted())
    assert.deepEqual(await store.credentials.listByUser(other.userId), [other])
  })

  contractTest('Ending by user ends all of the user’s credentials but the excepted, and nobody else’s.', async (store) => {
    const [one, two, kept] = [makeSession(), makeRememberMe(), makeSession()]
    const other = makeSession({ userId: 'usr_other' })
    await insertCredentials(store, one, two, kept, other)
    const ended = await commit(store, revocation({ userId: one.userId, except: [kept.id, 'missing'] }))
    assert.deepEqual(idsOf(ended).toSorted(), idsOf([one, two]).toSorted())
    assert.deepEqual(await store.credentials.listByUser(one.userId), [kept])
    assert.deepEqual(await store.credentials.listByUser('usr_other'), [other])
  })

  contractTest('At most one writer ends a credential.', async (store) => {
    const remembered = makeRememberMe()
    const session = makeSession({ lineage: remembered.id })
    await insertCredentials(store, remembered, session)
    const wheres = [{ id: session.id }, { lineage: remembered.id }, { userId: session.userId, except: [] }, { id: session.id }]
    const ended = await Promise.all(wheres.map((where) => commit(store, revocation(where))))
    assert.deepEqual(idsOf(ended.flat()).toSorted(), idsOf([remembered, session]).toSorted())
    assert.equal((await readLog(store)).entries.length, 1)
  })

  contractTest('What has ended is not ended again: its first reason stays.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await commit(store, revocation({ id: session.id }))
    const again = { do: 'revoke credentials', where: { id: session.id }, reason: 'idle', at: T0 + 99 } as const
    assert.deepEqual(await commit(store, again), [])
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
    assert.equal((await readLog(store)).entries.length, 1)
  })

  contractTest('Ending nothing is no refusal.', async (store) => {
    assert.deepEqual(await commit(store, revocation({ id: 'missing' }), revocation({ lineage: 'missing' })), [])
  })

  contractTest('With `mustMatch`, ending nothing is a refusal.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await commit(store, revocation({ id: session.id }, true))
    await assertRefused(store, 0, revocation({ id: session.id }, true))
    await assertRefused(store, 0, revocation({ lineage: session.lineage }, true))
    await assertRefused(store, 0, revocation({ userId: session.userId, except: [] }, true))
  })

  contractTest(
    'A tombstone kept for a credential that lived elsewhere is found, refuses an insert, and appends no entry.',
    async (store) => {
      const session = makeSession()
      const tombstone = tombstoneOf(session)
      await commit(store, { do: 'insert tombstone', tombstone })
      assert.deepEqual(await store.credentials.find(session.id), tombstone)
      await assertRefused(store, 0, { do: 'insert credential', record: session })
      assert.deepEqual((await readLog(store)).entries, [])
    },
  )

  contractTest('Keeping a tombstone does nothing where the id exists.', async (store) => {
    const [live, ended] = [makeSession(), makeSession()]
    await insertCredentials(store, live, ended)
    await commit(store, revocation({ id: ended.id }))
    const others = [live, ended].map((record) => ({ ...tombstoneOf(record), reason: 'idle', endedAt: T0 + 99 }) as const)
    await commit(store, ...others.map((tombstone) => ({ do: 'insert tombstone', tombstone }) as const))
    assert.deepEqual(await store.credentials.find(live.id), live)
    assert.deepEqual(await store.credentials.find(ended.id), tombstoneOf(ended))
  })

  contractTest('Tombstones are listed in the order of their ends, after a mark, and live credentials never.', async (store) => {
    const ends = [T0 + 3, T0 + 1, T0 + 2, T0 + 2]
    const tombstones = ends.map((endedAt) => ({ ...tombstoneOf(makeSession()), endedAt }))
    await commit(store, ...tombstones.map((tombstone) => ({ do: 'insert tombstone', tombstone }) as const))
    await insertCredentials(store, makeSession())
    const inOrder = [1, 2, 3, 0].map((index) => tombstones[index])
    assert.deepEqual(await store.credentials.listTombstones({ endedAt: T0 + 1, id: '' }, 10), inOrder)
    assert.deepEqual(await store.credentials.listTombstones({ endedAt: T0 + 2, id: '' }, 2), inOrder.slice(1, 3))
    const [, second] = inOrder
    assert.ok(second)
    assert.deepEqual(await store.credentials.listTombstones(second, 10), inOrder.slice(2))
  })
}
