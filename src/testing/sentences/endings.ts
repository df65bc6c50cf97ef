// What the contract says of ending credentials.

import assert from 'node:assert/strict'
import { aRemembered, aSession, T0 } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { ending, idsOf, insert, land, refuse, retained, tombstoneOf } from '../steps.ts'

export function endings(holds: Sentence): void {
  holds('Ending by id leaves a tombstone that tells why, and nothing of whom.', async (store) => {
    const [session, remembered] = [aSession(), aRemembered()]
    await insert(store, session, remembered)
    await land(store, ending({ id: session.id }), ending({ id: remembered.id }))
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
    assert.deepEqual(await store.credentials.find(remembered.id), tombstoneOf(remembered))
  })

  holds('A write tells what it ended.', async (store) => {
    const [session, remembered] = [aSession({ userId: 'usr_a' }), aRemembered({ userId: 'usr_b' })]
    await insert(store, session, remembered)
    const ended = await land(store, ending({ id: session.id }), ending({ id: 'missing' }), ending({ id: remembered.id }))
    assert.deepEqual(ended, [
      { id: session.id, kind: 'session', userId: 'usr_a', reason: 'revoked' },
      { id: remembered.id, kind: 'remember_me', userId: 'usr_b', reason: 'revoked' },
    ])
  })

  holds('Ending appends an entry for each session among them, and none for a remembered login.', async (store) => {
    const remembered = aRemembered()
    const sessions = [aSession({ lineage: remembered.id }), aSession({ lineage: remembered.id })]
    await insert(store, remembered, ...sessions)
    const ended = await land(store, ending({ lineage: remembered.id }))
    assert.equal(ended.length, 3)
    const { entries } = await retained(store)
    assert.deepEqual(
      entries.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b))),
      sessions.map(({ id: sid }) => ({ kind: 'revoked', sid, at: T0 + 5, reason: 'revoked' })),
    )
  })

  holds('Ending by id and seen time spares what was seen after it, as another process may have told meanwhile.', async (store) => {
    const [at, after] = [aSession({ lastSeenAt: T0 + 10 }), aSession({ lastSeenAt: T0 })]
    await insert(store, at, after)
    await store.credentials.touch([{ id: after.id, at: T0 + 11 }])
    await land(store, ending({ id: at.id, notSeenSince: T0 + 10 }))
    await refuse(store, 0, ending({ id: after.id, notSeenSince: T0 + 10 }, true))
    assert.deepEqual(await store.credentials.find(at.id), tombstoneOf(at))
    assert.deepEqual(await store.credentials.find(after.id), { ...after, lastSeenAt: T0 + 11 })
  })

  holds('Ending by lineage ends the remembered login and every session of it, and no other.', async (store) => {
    const remembered = aRemembered()
    const session = aSession({ lineage: remembered.id, startedBy: remembered.id })
    const other = aSession()
    await insert(store, remembered, session, other)
    const ended = await land(store, ending({ lineage: remembered.id }))
    assert.deepEqual(idsOf(ended).toSorted(), idsOf([remembered, session]).toSorted())
    assert.deepEqual(await store.credentials.listByUser(other.userId), [other])
  })

  holds('Ending by user ends all of the user’s credentials but the excepted, and nobody else’s.', async (store) => {
    const [one, two, kept] = [aSession(), aRemembered(), aSession()]
    const other = aSession({ userId: 'usr_other' })
    await insert(store, one, two, kept, other)
    const ended = await land(store, ending({ userId: one.userId, except: [kept.id, 'missing'] }))
    assert.deepEqual(idsOf(ended).toSorted(), idsOf([one, two]).toSorted())
    assert.deepEqual(await store.credentials.listByUser(one.userId), [kept])
    assert.deepEqual(await store.credentials.listByUser('usr_other'), [other])
  })

  holds('At most one writer ends a credential.', async (store) => {
    const remembered = aRemembered()
    const session = aSession({ lineage: remembered.id })
    await insert(store, remembered, session)
    const wheres = [{ id: session.id }, { lineage: remembered.id }, { userId: session.userId, except: [] }, { id: session.id }]
    const ended = await Promise.all(wheres.map((where) => land(store, ending(where))))
    assert.deepEqual(idsOf(ended.flat()).toSorted(), idsOf([remembered, session]).toSorted())
    assert.equal((await retained(store)).entries.length, 1)
  })

  holds('What has ended is not ended again: its first reason stays.', async (store) => {
    const session = aSession()
    await insert(store, session)
    await land(store, ending({ id: session.id }))
    const again = { do: 'end credentials', where: { id: session.id }, reason: 'idle', at: T0 + 99 } as const
    assert.deepEqual(await land(store, again), [])
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
    assert.equal((await retained(store)).entries.length, 1)
  })

  holds('Ending nothing is no refusal.', async (store) => {
    assert.deepEqual(await land(store, ending({ id: 'missing' }), ending({ lineage: 'missing' })), [])
  })

  holds('With `orRefuse`, ending nothing is a refusal.', async (store) => {
    const session = aSession()
    await insert(store, session)
    await land(store, ending({ id: session.id }, true))
    await refuse(store, 0, ending({ id: session.id }, true))
    await refuse(store, 0, ending({ lineage: session.lineage }, true))
    await refuse(store, 0, ending({ userId: session.userId, except: [] }, true))
  })

  holds('A tombstone kept for a credential that lived elsewhere is found, refuses an insert, and appends no entry.', async (store) => {
    const session = aSession()
    const tombstone = tombstoneOf(session)
    await land(store, { do: 'keep tombstone', tombstone })
    assert.deepEqual(await store.credentials.find(session.id), tombstone)
    await refuse(store, 0, { do: 'insert credential', record: session })
    assert.deepEqual((await retained(store)).entries, [])
  })

  holds('Keeping a tombstone does nothing where the id exists.', async (store) => {
    const [live, ended] = [aSession(), aSession()]
    await insert(store, live, ended)
    await land(store, ending({ id: ended.id }))
    const others = [live, ended].map((record) => ({ ...tombstoneOf(record), reason: 'idle', endedAt: T0 + 99 }) as const)
    await land(store, ...others.map((tombstone) => ({ do: 'keep tombstone', tombstone }) as const))
    assert.deepEqual(await store.credentials.find(live.id), live)
    assert.deepEqual(await store.credentials.find(ended.id), tombstoneOf(ended))
  })

  holds('Tombstones are listed in the order of their ends, after a mark, and live credentials never.', async (store) => {
    const ends = [T0 + 3, T0 + 1, T0 + 2, T0 + 2]
    const tombstones = ends.map((endedAt) => ({ ...tombstoneOf(aSession()), endedAt }))
    await land(store, ...tombstones.map((tombstone) => ({ do: 'keep tombstone', tombstone }) as const))
    await insert(store, aSession())
    const inOrder = [1, 2, 3, 0].map((index) => tombstones[index])
    assert.deepEqual(await store.credentials.listEnded({ endedAt: T0 + 1, id: '' }, 10), inOrder)
    assert.deepEqual(await store.credentials.listEnded({ endedAt: T0 + 2, id: '' }, 2), inOrder.slice(1, 3))
    const [, second] = inOrder
    assert.ok(second)
    assert.deepEqual(await store.credentials.listEnded(second, 10), inOrder.slice(2))
  })
}
