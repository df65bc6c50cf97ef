// What the contract says of seen times.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { commit, insertCredentials, revocation, tombstoneOf } from '../helpers.ts'
import { makeRememberMe, makeSession, T0 } from '../samples.ts'

export function lastSeenTests(contractTest: ContractTest): void {
  contractTest('Touching moves the seen time forward, of many at once.', async (store) => {
    const [session, remembered] = [makeSession(), makeRememberMe()]
    await insertCredentials(store, session, remembered)
    await store.credentials.touch([
      { id: session.id, at: T0 + 1 },
      { id: remembered.id, at: T0 + 2 },
    ])
    assert.deepEqual(await store.credentials.find(session.id), { ...session, lastSeenAt: T0 + 1 })
    assert.deepEqual(await store.credentials.find(remembered.id), { ...remembered, lastSeenAt: T0 + 2 })
  })

  contractTest('Touching never moves the seen time back.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await store.credentials.touch([
      { id: session.id, at: T0 + 5 },
      { id: session.id, at: T0 + 3 },
    ])
    await store.credentials.touch([{ id: session.id, at: T0 - 1 }])
    assert.deepEqual(await store.credentials.find(session.id), { ...session, lastSeenAt: T0 + 5 })
  })

  contractTest('Touching skips ids that are missing or ended, and reaches the others.', async (store) => {
    const [ended, live] = [makeSession(), makeSession()]
    await insertCredentials(store, ended, live)
    await commit(store, revocation({ id: ended.id }))
    await store.credentials.touch(['missing', ended.id, live.id].map((id) => ({ id, at: T0 + 1 })))
    assert.equal(await store.credentials.find('missing'), undefined)
    assert.deepEqual(await store.credentials.find(ended.id), tombstoneOf(ended))
    assert.deepEqual(await store.credentials.find(live.id), { ...live, lastSeenAt: T0 + 1 })
  })

  contractTest('Touching never changes a version: who read before may still replace.', async (store) => {
    const session = makeSession({ version: 6 })
    await insertCredentials(store, session)
    await store.credentials.touch([{ id: session.id, at: T0 + 1 }])
    await commit(store, { do: 'replace credential', next: { ...session, version: 7 }, ifVersion: 6 })
  })

  contractTest('Touching nothing does nothing.', async (store) => {
    await store.credentials.touch([])
  })

  contractTest('Touching takes in thousands at once.', async (store) => {
    const sessions = Array.from({ length: 1500 }, () => makeSession())
    await insertCredentials(store, ...sessions)
    await store.credentials.touch(sessions.map(({ id }) => ({ id, at: T0 + 1 })))
    const listed = await store.credentials.listByUser('usr_somebody')
    assert.equal(listed.filter(({ lastSeenAt }) => lastSeenAt === T0 + 1).length, 1500)
  })
}
