// Conformance tests: `lastSeenAt`.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { commit, insertCredentials, revocation, tombstoneOf } from '../helpers.ts'
import { makeRememberMe, makeSession, T0 } from '../samples.ts'

export function lastSeenTests(contractTest: ContractTest): void {
  contractTest('Touching moves `lastSeenAt` forward, for several credentials at once.', async (store) => {
    const [session, rememberMe] = [makeSession(), makeRememberMe()]
    await insertCredentials(store, session, rememberMe)
    await store.credentials.touch([
      { id: session.id, at: T0 + 1 },
      { id: rememberMe.id, at: T0 + 2 },
    ])
    assert.deepEqual(await store.credentials.find(session.id), { ...session, lastSeenAt: T0 + 1 })
    assert.deepEqual(await store.credentials.find(rememberMe.id), { ...rememberMe, lastSeenAt: T0 + 2 })
  })

  contractTest('Touching never moves `lastSeenAt` back.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await store.credentials.touch([
      { id: session.id, at: T0 + 5 },
      { id: session.id, at: T0 + 3 },
    ])
    await store.credentials.touch([{ id: session.id, at: T0 - 1 }])
    assert.deepEqual(await store.credentials.find(session.id), { ...session, lastSeenAt: T0 + 5 })
  })

  contractTest('Touching skips missing and revoked ids, and updates the others.', async (store) => {
    const [revoked, live] = [makeSession(), makeSession()]
    await insertCredentials(store, revoked, live)
    await commit(store, revocation({ id: revoked.id }))
    await store.credentials.touch(['missing', revoked.id, live.id].map((id) => ({ id, at: T0 + 1 })))
    assert.equal(await store.credentials.find('missing'), undefined)
    assert.deepEqual(await store.credentials.find(revoked.id), tombstoneOf(revoked))
    assert.deepEqual(await store.credentials.find(live.id), { ...live, lastSeenAt: T0 + 1 })
  })

  contractTest('Touching never changes a version: a replacement based on an earlier read succeeds.', async (store) => {
    const session = makeSession({ version: 6 })
    await insertCredentials(store, session)
    await store.credentials.touch([{ id: session.id, at: T0 + 1 }])
    await commit(store, { do: 'replace credential', next: { ...session, version: 7 }, ifVersion: 6 })
  })

  contractTest('Touching no credentials does nothing.', async (store) => {
    await store.credentials.touch([])
  })

  contractTest('Touching handles thousands of credentials at once.', async (store) => {
    const sessions = Array.from({ length: 1500 }, () => makeSession())
    await insertCredentials(store, ...sessions)
    await store.credentials.touch(sessions.map(({ id }) => ({ id, at: T0 + 1 })))
    const listed = await store.credentials.listByUser('usr_sample')
    assert.equal(listed.filter(({ lastSeenAt }) => lastSeenAt === T0 + 1).length, 1500)
  })
}
