// Conformance tests: writes of several changes.

import assert from 'node:assert/strict'
import type { Change } from '../../ports/store.ts'
import type { ContractTest } from '../contract-test.ts'
import { assertRefused, commit, insertCredentials, readLog, revocation, tombstoneOf } from '../helpers.ts'
import { makeAuditEvent, makeKeyRing, makeRememberMe, makeSession, makeUser, T0 } from '../samples.ts'

export function writeTests(contractTest: ContractTest): void {
  contractTest('A write without changes is committed.', async (store) => {
    assert.deepEqual(await store.write([]), { committed: true, ended: [] })
  })

  contractTest('Changes apply in the order given: each one sees those before it.', async (store) => {
    const user = makeUser()
    const session = makeSession({ userId: user.id })
    const kept = makeAuditEvent({ userId: user.id })
    const revoked = await commit(
      store,
      { do: 'insert user', user },
      { do: 'require user', id: user.id, version: 1 },
      { do: 'insert credential', record: session },
      { do: 'require credential', id: session.id },
      { do: 'replace credential', next: { ...session, version: 2 }, ifVersion: 1 },
      revocation({ userId: user.id, except: [] }, true),
      { do: 'append audit event', event: makeAuditEvent({ userId: user.id }) },
      { do: 'delete user', id: user.id },
      { do: 'append audit event', event: kept },
    )
    assert.equal(revoked.length, 1)
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
    const listed = await store.auditEvents.list(user.id, null, 10)
    assert.deepEqual(
      listed.map(({ id }) => id),
      [kept.id],
    )
  })

  contractTest('When one change is refused, no change of any kind is applied.', async (store) => {
    const user = makeUser()
    const deleted = makeUser()
    const [session, rememberMe] = [makeSession({ userId: user.id }), makeRememberMe({ userId: user.id })]
    const event = makeAuditEvent({ userId: deleted.id })
    const ring = makeKeyRing(1)
    await commit(store, { do: 'insert user', user }, { do: 'insert user', user: deleted }, { do: 'append audit event', event })
    await commit(store, { do: 'replace key ring', next: ring, ifVersion: 0 })
    await insertCredentials(store, session, rememberMe)

    const [newcomer, started] = [makeUser(), makeSession({ userId: user.id })]
    const changes: Change[] = [
      { do: 'insert user', user: newcomer },
      { do: 'replace user', next: { ...user, usernameKey: 'renamed', version: 2 }, ifVersion: 1 },
      { do: 'delete user', id: deleted.id },
      { do: 'insert credential', record: started },
      { do: 'replace credential', next: { ...rememberMe, hash: 'new', version: 2 }, ifVersion: 1 },
      revocation({ id: session.id }),
      revocation({ userId: user.id, except: [] }),
      { do: 'append audit event', event: makeAuditEvent({ userId: user.id }) },
      { do: 'append entry', entry: { kind: 'keys', at: T0 } },
      { do: 'replace key ring', next: makeKeyRing(2), ifVersion: 1 },
      { do: 'require credential', id: 'missing' },
    ]
    await assertRefused(store, changes.length - 1, ...changes)

    assert.equal(await store.users.find(newcomer.id), undefined)
    assert.equal(await store.users.findByUsernameKey(newcomer.usernameKey), undefined)
    assert.equal(await store.users.findByUsernameKey('renamed'), undefined)
    assert.deepEqual(await store.users.findByUsernameKey(user.usernameKey), user)
    assert.deepEqual(await store.users.findByUsernameKey(deleted.usernameKey), deleted)
    assert.equal((await store.auditEvents.list(deleted.id, null, 10)).length, 1)
    assert.deepEqual(await store.auditEvents.list(user.id, null, 10), [])
    assert.equal(await store.credentials.find(started.id), undefined)
    assert.deepEqual(await store.credentials.find(session.id), session)
    assert.deepEqual(await store.credentials.find(rememberMe.id), rememberMe)
    assert.equal((await store.credentials.listByUser(user.id)).length, 2)
    assert.equal((await commit(store, revocation({ lineage: rememberMe.lineage }))).length, 1)
    assert.deepEqual((await readLog(store)).entries, [])
    assert.deepEqual(await store.findKeyRing(), ring)
  })

  contractTest('A refusal has the index of the first refused change.', async (store) => {
    const session = makeSession()
    await insertCredentials(store, session)
    const insertAgain: Change = { do: 'insert credential', record: session }
    await assertRefused(store, 1, { do: 'require credential', id: session.id }, insertAgain, insertAgain)
    await assertRefused(store, 0, insertAgain, { do: 'require credential', id: session.id })
  })

  contractTest('After a refusal, the store still accepts writes.', async (store) => {
    const session = makeSession()
    await assertRefused(store, 1, { do: 'insert credential', record: session }, { do: 'require credential', id: 'missing' })
    await commit(store, { do: 'insert credential', record: session }, { do: 'require credential', id: session.id })
  })
}
