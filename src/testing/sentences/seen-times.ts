// What the contract says of seen times.

import assert from 'node:assert/strict'
import { aRemembered, aSession, T0 } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { ending, insert, land, tombstoneOf } from '../steps.ts'

export function seenTimes(holds: Sentence): void {
  holds('Touching moves the seen time forward, of many at once.', async (store) => {
    const [session, remembered] = [aSession(), aRemembered()]
    await insert(store, session, remembered)
    await store.credentials.touch([
      { id: session.id, at: T0 + 1 },
      { id: remembered.id, at: T0 + 2 },
    ])
    assert.deepEqual(await store.credentials.find(session.id), { ...session, lastSeenAt: T0 + 1 })
    assert.deepEqual(await store.credentials.find(remembered.id), { ...remembered, lastSeenAt: T0 + 2 })
  })

  holds('Touching never moves the seen time back.', async (store) => {
    const session = aSession()
    await insert(store, session)
    await store.credentials.touch([
      { id: session.id, at: T0 + 5 },
      { id: session.id, at: T0 + 3 },
    ])
    await store.credentials.touch([{ id: session.id, at: T0 - 1 }])
    assert.deepEqual(await store.credentials.find(session.id), { ...session, lastSeenAt: T0 + 5 })
  })

  holds('Touching skips ids that are missing or ended, and reaches the others.', async (store) => {
    const [ended, live] = [aSession(), aSession()]
    await insert(store, ended, live)
    await land(store, ending({ id: ended.id }))
    await store.credentials.touch(['missing', ended.id, live.id].map((id) => ({ id, at: T0 + 1 })))
    assert.equal(await store.credentials.find('missing'), undefined)
    assert.deepEqual(await store.credentials.find(ended.id), tombstoneOf(ended))
    assert.deepEqual(await store.credentials.find(live.id), { ...live, lastSeenAt: T0 + 1 })
  })

  holds('Touching never changes a version: who read before may still replace.', async (store) => {
    const session = aSession({ version: 6 })
    await insert(store, session)
    await store.credentials.touch([{ id: session.id, at: T0 + 1 }])
    await land(store, { do: 'replace credential', next: { ...session, version: 7 }, ifVersion: 6 })
  })

  holds('Touching nothing does nothing.', async (store) => {
    await store.credentials.touch([])
  })

  holds('Touching takes in thousands at once.', async (store) => {
    const sessions = Array.from({ length: 1500 }, () => aSession())
    await insert(store, ...sessions)
    await store.credentials.touch(sessions.map(({ id }) => ({ id, at: T0 + 1 })))
    const listed = await store.credentials.listByUser('usr_somebody')
    assert.equal(listed.filter(({ lastSeenAt }) => lastSeenAt === T0 + 1).length, 1500)
  })
}
