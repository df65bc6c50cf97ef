// What the contract says of a write of several changes.

import assert from 'node:assert/strict'
import type { Change } from '../../ports/store.ts'
import { anOperation, aRemembered, aSession, aUser, keyRing, T0 } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { ending, insert, land, refuse, retained, tombstoneOf } from '../steps.ts'

export function writes(holds: Sentence): void {
  holds('A write without changes lands.', async (store) => {
    assert.deepEqual(await store.write([]), { landed: true, ended: [] })
  })

  holds('Changes land in the order given: each one sees those before it.', async (store) => {
    const user = aUser()
    const session = aSession({ userCode: user.code })
    const kept = anOperation({ userCode: user.code })
    const ended = await land(
      store,
      { do: 'insert user', user },
      { do: 'require user', code: user.code, version: 1 },
      { do: 'insert credential', record: session },
      { do: 'require credential', id: session.id },
      { do: 'replace credential', next: { ...session, version: 2 }, ifVersion: 1 },
      ending({ userCode: user.code, except: [] }, true),
      { do: 'append operation', operation: anOperation({ userCode: user.code }) },
      { do: 'delete user', code: user.code },
      { do: 'append operation', operation: kept },
    )
    assert.equal(ended.length, 1)
    assert.deepEqual(await store.credentials.find(session.id), tombstoneOf(session))
    const listed = await store.operations.list(user.code, null, 10)
    assert.deepEqual(
      listed.map(({ id }) => id),
      [kept.id],
    )
  })

  holds('When one change is refused none has landed, of whatever kind they are.', async (store) => {
    const user = aUser()
    const gone = aUser()
    const [session, remembered] = [aSession({ userCode: user.code }), aRemembered({ userCode: user.code })]
    const operation = anOperation({ userCode: gone.code })
    const ring = keyRing(1)
    await land(store, { do: 'insert user', user }, { do: 'insert user', user: gone }, { do: 'append operation', operation })
    await land(store, { do: 'replace key ring', next: ring, ifVersion: 0 })
    await insert(store, session, remembered)

    const [newcomer, started] = [aUser(), aSession({ userCode: user.code })]
    const changes: Change[] = [
      { do: 'insert user', user: newcomer },
      { do: 'replace user', next: { ...user, usernameKey: 'renamed', version: 2 }, ifVersion: 1 },
      { do: 'delete user', code: gone.code },
      { do: 'insert credential', record: started },
      { do: 'replace credential', next: { ...remembered, hash: 'new', version: 2 }, ifVersion: 1 },
      ending({ id: session.id }),
      ending({ userCode: user.code, except: [] }),
      { do: 'append operation', operation: anOperation({ userCode: user.code }) },
      { do: 'append entry', entry: { kind: 'keys', at: T0 } },
      { do: 'replace key ring', next: keyRing(2), ifVersion: 1 },
      { do: 'require credential', id: 'missing' },
    ]
    await refuse(store, changes.length - 1, ...changes)

    assert.equal(await store.users.find(newcomer.code), undefined)
    assert.equal(await store.users.findByUsernameKey(newcomer.usernameKey), undefined)
    assert.equal(await store.users.findByUsernameKey('renamed'), undefined)
    assert.deepEqual(await store.users.findByUsernameKey(user.usernameKey), user)
    assert.deepEqual(await store.users.findByUsernameKey(gone.usernameKey), gone)
    assert.equal((await store.operations.list(gone.code, null, 10)).length, 1)
    assert.deepEqual(await store.operations.list(user.code, null, 10), [])
    assert.equal(await store.credentials.find(started.id), undefined)
    assert.deepEqual(await store.credentials.find(session.id), session)
    assert.deepEqual(await store.credentials.find(remembered.id), remembered)
    assert.equal((await store.credentials.listByUser(user.code)).length, 2)
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
