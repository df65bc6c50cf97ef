// Conformance tests: inserting, replacing and requiring credentials.

import assert from 'node:assert/strict'
import type { SessionRecord } from '../../domain/credential.ts'
import type { ContractTest } from '../contract-test.ts'
import { assertRefused, commit, insertCredentials, revocation, tombstoneOf } from '../helpers.ts'
import { makeRememberMe, makeSession, T0 } from '../samples.ts'

export function credentialChangeTests(contractTest: ContractTest): void {
  contractTest('An inserted credential is found unchanged.', async (store) => {
    const session = makeSession({
      startedBy: 'r1',
      lineage: 'r1',
      confirmsRotationOf: 'r1',
      roles: ['a', 'b'],
      amr: [],
      delivery: 'header',
    })
    const rememberMe = makeRememberMe({ previousHash: 'before', rotatedSessionId: session.id, rotatedSessionUsed: true, generation: 7 })
    await insertCredentials(store, session, rememberMe)
    assert.deepEqual(await store.credentials.find(session.id), session)
    assert.deepEqual(await store.credentials.find(rememberMe.id), rememberMe)
  })

  contractTest('A credential stores its device binding, and a replacement can change it.', async (store) => {
    const binding = { x: 'x', y: 'y', boundAt: T0, generation: 3, confirmedAt: T0 + 1, challengeAt: T0 + 1, answeredAt: T0 + 2 }
    const session = makeSession({ binding })
    const rememberMe = makeRememberMe()
    await insertCredentials(store, session, rememberMe)
    assert.deepEqual(await store.credentials.find(session.id), session)
    const bound = { ...rememberMe, binding, version: 2 }
    const renewed = { ...session, binding: { ...binding, challengeAt: T0 + 8 }, version: 2 }
    await commit(store, { do: 'replace credential', next: bound, ifVersion: 1 }, { do: 'replace credential', next: renewed, ifVersion: 1 })
    assert.deepEqual(await store.credentials.find(rememberMe.id), bound)
    assert.deepEqual(await store.credentials.find(session.id), renewed)
  })

  contractTest('Finding a missing credential returns undefined.', async (store) => {
    assert.equal(await store.credentials.find('nothing'), undefined)
  })

  contractTest('An expired credential is found: stores do not check lifetimes.', async (store) => {
    const session = makeSession({ expiresAt: 1, lastSeenAt: 0 })
    await insertCredentials(store, session)
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  contractTest('Text of any script is returned unchanged.', async (store) => {
    const text = 'Ωμέγα 登录 \u{1f511} "quoted" \\ \'; -- %_ \t\n'
    const session = makeSession({ username: text, userAgent: text, data: JSON.stringify({ [text]: '\u0000\ud800' }) })
    await insertCredentials(store, session)
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  contractTest('A later change of the object that was passed in does not change the stored record.', async (store) => {
    const roles = ['user']
    const session = makeSession({ roles })
    await insertCredentials(store, session)
    roles.push('admin')
    assert.deepEqual(await store.credentials.find(session.id), { ...session, roles: ['user'] })
  })

  contractTest('Inserting a credential is refused when the id exists.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await assertRefused(store, 0, { do: 'insert credential', record: makeSession({ id: session.id, data: '{"other":1}' }) })
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  contractTest('Inserting a credential is refused when a tombstone has the id.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await commit(store, revocation({ id: session.id }))
    await assertRefused(store, 0, { do: 'insert credential', record: session })
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
  })

  contractTest('Replacing a credential replaces all fields.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    const next: SessionRecord = {
      ...makeSession({ lineage: 'r1', startedBy: 'r1', hash: 'new', userId: 'usr_other', data: '{"a":1}', dataVersion: 2, roles: [] }),
      id: session.id,
      version: 2,
      expiresAt: T0 + 9,
      lastSeenAt: T0 + 7,
    }
    await commit(store, { do: 'replace credential', next, ifVersion: 1 })
    assert.deepEqual(await store.credentials.find(session.id), next)
    assert.deepEqual(await store.credentials.listByUser('usr_other'), [next])
    assert.deepEqual(await store.credentials.listByUser(session.userId), [])
  })

  contractTest('Replacing a credential is refused unless a live record has the expected version.', async (store) => {
    const rememberMe = makeRememberMe({ version: 3 })
    await insertCredentials(store, rememberMe)
    for (const ifVersion of [2, 4])
      await assertRefused(store, 0, { do: 'replace credential', next: { ...rememberMe, hash: 'new' }, ifVersion })
    assert.deepEqual(await store.credentials.find(rememberMe.id), rememberMe)
  })

  contractTest('Replacing a credential never inserts.', async (store) => {
    const session = makeSession()
    await assertRefused(store, 0, { do: 'replace credential', next: session, ifVersion: session.version })
    assert.equal(await store.credentials.find(session.id), undefined)
  })

  contractTest('Replacing a credential never revives a revoked one.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await commit(store, revocation({ id: session.id }))
    for (const ifVersion of [0, 1]) await assertRefused(store, 0, { do: 'replace credential', next: { ...session, version: 2 }, ifVersion })
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
  })

  contractTest('Replacing a credential never moves `lastSeenAt` back.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    await store.credentials.touch([{ id: session.id, at: T0 + 100 }])
    const next = { ...session, version: 2, lastSeenAt: T0 + 50 }
    await commit(store, { do: 'replace credential', next, ifVersion: 1 })
    assert.deepEqual(await store.credentials.find(session.id), { ...next, lastSeenAt: T0 + 100 })
  })

  contractTest('Of concurrent replacements of one version, exactly one succeeds.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    const nexts = Array.from({ length: 8 }, (_, index) => ({ ...session, version: 2, data: `{"by":${index}}` }))
    const written = await Promise.all(nexts.map((next) => store.write([{ do: 'replace credential', next, ifVersion: 1 }])))
    const winners = nexts.filter((_, index) => written[index]?.committed)
    assert.equal(winners.length, 1)
    assert.deepEqual(await store.credentials.find(session.id), winners[0])
  })

  contractTest('Requiring a credential changes nothing.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    assert.deepEqual(await commit(store, { do: 'require credential', id: session.id }), [])
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  contractTest('Requiring a credential is refused unless a live credential has the id.', async (store) => {
    const session = makeSession()
    await assertRefused(store, 0, { do: 'require credential', id: session.id })
    await insertCredentials(store, session)
    await commit(store, revocation({ id: session.id }))
    await assertRefused(store, 0, { do: 'require credential', id: session.id })
  })
}
