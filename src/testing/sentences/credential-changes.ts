// What the contract says of inserting, replacing and requiring credentials.

import assert from 'node:assert/strict'
import type { SessionRecord } from '../../domain/credential.ts'
import { aRemembered, aSession, T0 } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { ending, insert, land, refuse, tombstoneOf } from '../steps.ts'

export function credentialChanges(holds: Sentence): void {
  holds('An inserted credential is found as it was inserted.', async (store) => {
    const session = aSession({ startedBy: 'r1', lineage: 'r1', confirmsRotationOf: 'r1', roles: ['a', 'b'], amr: [], delivery: 'header' })
    const remembered = aRemembered({ previousHash: 'before', rotatedSessionId: session.id, rotatedSessionUsed: true, generation: 7 })
    await insert(store, session, remembered)
    assert.deepEqual(await store.credentials.find(session.id), session)
    assert.deepEqual(await store.credentials.find(remembered.id), remembered)
  })

  holds('A credential keeps the device that it is bound to, and may change it.', async (store) => {
    const binding = { x: 'x', y: 'y', boundAt: T0, generation: 3, confirmedAt: T0 + 1, challengeAt: T0 + 1, answeredAt: T0 + 2 }
    const session = aSession({ binding })
    const remembered = aRemembered()
    await insert(store, session, remembered)
    assert.deepEqual(await store.credentials.find(session.id), session)
    const bound = { ...remembered, binding, version: 2 }
    const renewed = { ...session, binding: { ...binding, challengeAt: T0 + 8 }, version: 2 }
    await land(store, { do: 'replace credential', next: bound, ifVersion: 1 }, { do: 'replace credential', next: renewed, ifVersion: 1 })
    assert.deepEqual(await store.credentials.find(remembered.id), bound)
    assert.deepEqual(await store.credentials.find(session.id), renewed)
  })

  holds('A credential that is not there is a value: undefined.', async (store) => {
    assert.equal(await store.credentials.find('nothing'), undefined)
  })

  holds('A store judges nothing: what is long past its limits is found.', async (store) => {
    const session = aSession({ expiresAt: 1, lastSeenAt: 0 })
    await insert(store, session)
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  holds('Text comes back as it was, whatever its script.', async (store) => {
    const text = 'Ωμέγα 登录 \u{1f511} "quoted" \\ \'; -- %_ \t\n'
    const session = aSession({ username: text, userAgent: text, data: JSON.stringify({ [text]: '\u0000\ud800' }) })
    await insert(store, session)
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  holds('What is stored changes by a write alone, not with the object that was handed over.', async (store) => {
    const roles = ['user']
    const session = aSession({ roles })
    await insert(store, session)
    roles.push('admin')
    assert.deepEqual(await store.credentials.find(session.id), { ...session, roles: ['user'] })
  })

  holds('Inserting a credential is refused when the id exists.', async (store) => {
    const session = aSession()
    await insert(store, session)
    await refuse(store, 0, { do: 'insert credential', record: aSession({ id: session.id, data: '{"other":1}' }) })
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  holds('Inserting a credential is refused when a tombstone has the id.', async (store) => {
    const session = aSession()
    await insert(store, session)
    await land(store, ending({ id: session.id }))
    await refuse(store, 0, { do: 'insert credential', record: session })
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
  })

  holds('Replacing a credential replaces everything.', async (store) => {
    const session = aSession()
    await insert(store, session)
    const next: SessionRecord = {
      ...aSession({ lineage: 'r1', startedBy: 'r1', hash: 'new', userId: 'usr_other', data: '{"a":1}', dataVersion: 2, roles: [] }),
      id: session.id,
      version: 2,
      expiresAt: T0 + 9,
      lastSeenAt: T0 + 7,
    }
    await land(store, { do: 'replace credential', next, ifVersion: 1 })
    assert.deepEqual(await store.credentials.find(session.id), next)
    assert.deepEqual(await store.credentials.listByUser('usr_other'), [next])
    assert.deepEqual(await store.credentials.listByUser(session.userId), [])
  })

  holds('Replacing a credential is refused unless a live record has the version named.', async (store) => {
    const remembered = aRemembered({ version: 3 })
    await insert(store, remembered)
    for (const ifVersion of [2, 4]) await refuse(store, 0, { do: 'replace credential', next: { ...remembered, hash: 'new' }, ifVersion })
    assert.deepEqual(await store.credentials.find(remembered.id), remembered)
  })

  holds('Replacing a credential never inserts.', async (store) => {
    const session = aSession()
    await refuse(store, 0, { do: 'replace credential', next: session, ifVersion: session.version })
    assert.equal(await store.credentials.find(session.id), undefined)
  })

  holds('Replacing a credential never revives what has ended.', async (store) => {
    const session = aSession()
    await insert(store, session)
    await land(store, ending({ id: session.id }))
    for (const ifVersion of [0, 1]) await refuse(store, 0, { do: 'replace credential', next: { ...session, version: 2 }, ifVersion })
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
  })

  holds('Replacing a credential never moves its seen time back.', async (store) => {
    const session = aSession()
    await insert(store, session)
    await store.credentials.touch([{ id: session.id, at: T0 + 100 }])
    const next = { ...session, version: 2, lastSeenAt: T0 + 50 }
    await land(store, { do: 'replace credential', next, ifVersion: 1 })
    assert.deepEqual(await store.credentials.find(session.id), { ...next, lastSeenAt: T0 + 100 })
  })

  holds('Of many who replace the same version at once, one succeeds.', async (store) => {
    const session = aSession()
    await insert(store, session)
    const nexts = Array.from({ length: 8 }, (_, index) => ({ ...session, version: 2, data: `{"by":${index}}` }))
    const written = await Promise.all(nexts.map((next) => store.write([{ do: 'replace credential', next, ifVersion: 1 }])))
    const winners = nexts.filter((_, index) => written[index]?.landed)
    assert.equal(winners.length, 1)
    assert.deepEqual(await store.credentials.find(session.id), winners[0])
  })

  holds('Requiring a credential changes nothing.', async (store) => {
    const session = aSession()
    await insert(store, session)
    assert.deepEqual(await land(store, { do: 'require credential', id: session.id }), [])
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  holds('Requiring a credential is refused unless a live one has this id.', async (store) => {
    const session = aSession()
    await refuse(store, 0, { do: 'require credential', id: session.id })
    await insert(store, session)
    await land(store, ending({ id: session.id }))
    await refuse(store, 0, { do: 'require credential', id: session.id })
  })
}
