// What the contract says of a write of several changes.

import assert from 'node:assert/strict'
import type { Change } from '../../ports/store.ts'
import { anAuditEvent, aRemembered, aSession, aUser, keyRing, T0 } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { ending, insert, land, refuse, retained, tombstoneOf } from '../steps.ts'

export function writes(holds: Sentence): void {
  holds('A write without changes lands.', async (store) => {
    assert.deepEqual(await store.write([]), { landed: true, ended: [] })
  })

  holds('Changes land in the order given: each one sees those before it.', async (store) => {
    const user = aUser()
    const session = aSession({ userId: user.id })
    const kept = anAuditEvent({ userId: user.id })
    const ended = await land(
      store,
      { do: 'insert user', user },
      { do: 'require user', id: user.id, version: 1 },
      { do: 'insert credential', record: session },
      { do: 'require credential', id: session.id },
      { do: 'replace credential', next: { ...session, version: 2 }, ifVersion: 1 },
      ending({ userId: user.id, except: [] }, true),
      { do: 'append audit event', event: anAuditEvent({ userId: user.id }) },
      { do: 'delete user', id: user.id },
      { do: 'append audit event', event: kept },
    )
    assert.equal(ended.length, 1)
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
    const listed = await store.auditEvents.list(user.id, null, 10)
    assert.deepEqual(
      listed.map(({ id }) => id),
      [kept.id],
    )
  })

  holds('When one change is refused none has landed, of whatever kind they are.', async (store) => {
    const user = aUser()
    const gone = aUser()
    const [session, remembered] = [aSession({ userId: user.id }), aRemembered({ userId: user.id })]
    const event = anAuditEvent({ userId: gone.id })
    const ring = keyRing(1)
    await land(store, { do: 'insert user', user }, { do: 'insert user', user: gone }, { do: 'append audit event', event })
    await land(store, { do: 'replace key ring', next: ring, ifVersion: 0 })
    await insert(store, session, remembered)

    const [newcomer, started] = [aUser(), aSession({ userId: user.id })]
    const changes: Change[] = [
      { do: 'insert user', user: newcomer },
      { do: 'replace user', next: { ...user, usernameKey: 'renamed', version: 2 }, ifVersion: 1 },
      { do: 'delete user', id: gone.id },
      { do: 'insert credential', record: started },
      { do: 'replace credential', next: { ...remembered, hash: 'new', version: 2 }, ifVersion: 1 },
      ending({ id: session.id }),
      ending({ userId: user.id, except: [] }),
      { do: 'append audit event', event: anAuditEvent({ userId: user.id }) },
      { do: 'append entry', entry: { kind: 'keys', at: T0 } },
      { do: 'replace key ring', next: keyRing(2), ifVersion: 1 },
      { do: 'require credential', id: 'missing' },
    ]
    await refuse(store, changes.length - 1, ...changes)

    assert.equal(await store.users.find(newcomer.id), undefined)
    assert.equal(await store.users.findByUsernameKey(newcomer.usernameKey), undefined)
    assert.equal(await store.users.findByUsernameKey('renamed'), undefined)
    assert.deepEqual(await store.users.findByUsernameKey(user.usernameKey), user)
    assert.deepEqual(await store.users.findByUsernameKey(gone.usernameKey), gone)
    assert.equal((await store.auditEvents.list(gone.id, null, 10)).length, 1)
    assert.deepEqual(await store.auditEvents.list(user.id, null, 10), [])
    assert.equal(await store.credentials.find(started.id), undefined)
    assert.deepEqual(await store.credentials.find(session.id), session)
    assert.deepEqual(await store.credentials.find(remembered.id), remembered)
    assert.equal((await store.credentials.listByUser(user.id)).length, 2)
    assert.equal((await land(store, ending({ lineage: remembered.lineage }))).length, 1)
    assert.deepEqual((await retained(store)).entries, [])
    assert.deepEqual(await store.findKeyRing(), ring)
  })

  holds('A refusal names the first change that was refused.', async (store) => {
    const session = aSession()
    await insert(store, session)
    const insertAgain: Change = { do: 'insert credential', record: session }
    await refuse(store, 1, { do: 'require credential', id: session.id }, insertAgain, insertAgain)
    await refuse(store, 0, insertAgain, { do: 'require credential', id: session.id })
  })

  holds('After a refusal the same store writes on.', async (store) => {
    const session = aSession()
    await refuse(store, 1, { do: 'insert credential', record: session }, { do: 'require credential', id: 'missing' })
    await land(store, { do: 'insert credential', record: session }, { do: 'require credential', id: session.id })
  })
}
