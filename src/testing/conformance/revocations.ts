// Conformance tests: revoking credentials, and tombstones.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { assertRefused, commit, idsOf, insertCredentials, readLog, revocation, tombstoneOf } from '../helpers.ts'
import { makeRememberMe, makeSession, T0 } from '../samples.ts'

export function revocationTests(contractTest: ContractTest): void {
  contractTest('Revoking by id leaves a tombstone with the reason and without the user.', async (store) => {
    const [session, rememberMe] = [makeSession(), makeRememberMe()]
    await insertCredentials(store, session, rememberMe)
    await commit(store, revocation({ id: session.id }), revocation({ id: rememberMe.id }))
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
    assert.deepEqual(await store.credentials.find(rememberMe.id), tombstoneOf(rememberMe))
  })

  contractTest('A write returns the credentials that it revoked.', async (store) => {
    const [session, rememberMe] = [makeSession({ userId: 'usr_a' }), makeRememberMe({ userId: 'usr_b' })]
    await insertCredentials(store, session, rememberMe)
    const revoked = await commit(store, revocation({ id: session.id }), revocation({ id: 'missing' }), revocation({ id: rememberMe.id }))
    assert.deepEqual(revoked, [
      { id: session.id, kind: 'session', userId: 'usr_a', reason: 'revoked' },
      { id: rememberMe.id, kind: 'remember_me', userId: 'usr_b', reason: 'revoked' },
    ])
  })

  contractTest('A revocation appends a log entry for each session, and none for a remember-me login.', async (store) => {
    const rememberMe = makeRememberMe()
    const sessions = [makeSession({ lineage: rememberMe.id }), makeSession({ lineage: rememberMe.id })]
    await insertCredentials(store, rememberMe, ...sessions)
    const revoked = await commit(store, revocation({ lineage: rememberMe.id }))
    assert.equal(revoked.length, 3)
    const { entries } = await readLog(store)
    assert.deepEqual(
      entries.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
      sessions.map(({ id: sid }) => ({ kind: 'revoked', sid, at: T0 + 5, reason: 'revoked' })),
    )
  })

  contractTest(
    'Revoking with `unusedSince` spares a credential that was seen later, which another process may have reported.',
    async (store) => {
      const [at, after] = [makeSession({ lastSeenAt: T0 + 10 }), makeSession({ lastSeenAt: T0 })]
      await insertCredentials(store, at, after)
      await store.credentials.touch([{ id: after.id, at: T0 + 11 }])
      await commit(store, revocation({ id: at.id, unusedSince: T0 + 10 }))
      await assertRefused(store, 0, revocation({ id: after.id, unusedSince: T0 + 10 }, true))
      assert.deepEqual(await store.credentials.find(at.id), tombstoneOf(at))
      assert.deepEqual(await store.credentials.find(after.id), { ...after, lastSeenAt: T0 + 11 })
    },
  )

  contractTest('Revoking by lineage revokes the remember-me login and all its sessions, and no others.', async (store) => {
    const rememberMe = makeRememberMe()
    const session = makeSession({ lineage: rememberMe.id, startedBy: rememberMe.id })
    const other = makeSession()
    await insertCredentials(store, rememberMe, session, other)
    const revoked = await commit(store, revocation({ lineage: rememberMe.id }))
    assert.deepEqual(idsOf(revoked).toSorted(), idsOf([rememberMe, session]).toSorted())
    assert.deepEqual(await store.credentials.listByUser(other.userId), [other])
  })

  contractTest('Revoking by user revokes all credentials of the user except those excluded, and no others.', async (store) => {
    const [one, two, kept] = [makeSession(), makeRememberMe(), makeSession()]
    const other = makeSession({ userId: 'usr_other' })
    await insertCredentials(store, one, two, kept, other)
    const revoked = await commit(store, revocation({ userId: one.userId, except: [kept.id, 'missing'] }))
    assert.deepEqual(idsOf(revoked).toSorted(), idsOf([one, two]).toSorted())
    assert.deepEqual(await store.credentials.listByUser(one.userId), [kept])
    assert.deepEqual(await store.credentials.listByUser('usr_other'), [other])
  })

  contractTest('At most one of concurrent writes revokes a credential.', async (store) => {
    const rememberMe = makeRememberMe()
    const session = makeSession({ lineage: rememberMe.id })
    await insertCredentials(store, rememberMe, session)
    const wheres = [{ id: session.id }, { lineage: rememberMe.id }, { userId: session.userId, except: [] }, { id: session.id }]
    const revoked = await Promise.all(wheres.map((where) => commit(store, revocation(where))))
    assert.deepEqual(idsOf(revoked.flat()).toSorted(), idsOf([rememberMe, session]).toSorted())
    assert.equal((await readLog(store)).entries.length, 1)
  })

  contractTest('A revoked credential is not revoked again: its first reason stays.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await commit(store, revocation({ id: session.id }))
    const again = { do: 'revoke credentials', where: { id: session.id }, reason: 'idle', at: T0 + 99 } as const
    assert.deepEqual(await commit(store, again), [])
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
    assert.equal((await readLog(store)).entries.length, 1)
  })

  contractTest('A revocation that matches nothing is not refused.', async (store) => {
    assert.deepEqual(await commit(store, revocation({ id: 'missing' }), revocation({ lineage: 'missing' })), [])
  })

  contractTest('With `mustMatch`, a revocation that matches nothing is refused.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await commit(store, revocation({ id: session.id }, true))
    await assertRefused(store, 0, revocation({ id: session.id }, true))
    await assertRefused(store, 0, revocation({ lineage: session.lineage }, true))
    await assertRefused(store, 0, revocation({ userId: session.userId, except: [] }, true))
  })

  contractTest(
    'An inserted tombstone of a credential from another store is found, refuses an insert, and appends no entry.',
    async (store) => {
      const session = makeSession()
      const tombstone = tombstoneOf(session)
      await commit(store, { do: 'insert tombstone', tombstone })
      assert.deepEqual(await store.credentials.find(session.id), tombstone)
      await assertRefused(store, 0, { do: 'insert credential', record: session })
      assert.deepEqual((await readLog(store)).entries, [])
    },
  )

  contractTest('Inserting a tombstone does nothing when the id exists.', async (store) => {
    const [live, revoked] = [makeSession(), makeSession()]
    await insertCredentials(store, live, revoked)
    await commit(store, revocation({ id: revoked.id }))
    const others = [live, revoked].map((record) => ({ ...tombstoneOf(record), reason: 'idle', endedAt: T0 + 99 }) as const)
    await commit(store, ...others.map((tombstone) => ({ do: 'insert tombstone', tombstone }) as const))
    assert.deepEqual(await store.credentials.find(live.id), live)
    assert.deepEqual(await store.credentials.find(revoked.id), tombstoneOf(revoked))
  })

  contractTest('Tombstones are listed in the order of their revocation, after a cursor, and without live credentials.', async (store) => {
    const times = [T0 + 3, T0 + 1, T0 + 2, T0 + 2]
    const tombstones = times.map((endedAt) => ({ ...tombstoneOf(makeSession()), endedAt }))
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
