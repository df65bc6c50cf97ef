// What the contract says of inserting, replacing, deleting and requiring users.

import assert from 'node:assert/strict'
import { anAuditEvent, aSession, aUser } from '../samples.ts'
import type { Sentence } from '../sentences.ts'
import { idsOf, insert, land, refuse } from '../steps.ts'

export function userChanges(holds: Sentence): void {
  holds('An inserted user is found by code and by username key, as it was inserted.', async (store) => {
    const user = aUser({ email: 'somebody@example.com', roles: ['user', 'admin'], disabled: true, passwordHash: null })
    await land(store, { do: 'insert user', user })
    assert.deepEqual(await store.users.find(user.id), user)
    assert.deepEqual(await store.users.findByUsernameKey(user.usernameKey), user)
  })

  holds('A user who is not there is a value: undefined.', async (store) => {
    assert.equal(await store.users.find('usr_nobody'), undefined)
    assert.equal(await store.users.findByUsernameKey('nobody'), undefined)
  })

  holds('Inserting a user is refused when the code exists.', async (store) => {
    const user = aUser()
    await land(store, { do: 'insert user', user })
    await refuse(store, 0, { do: 'insert user', user: aUser({ id: user.id }) })
    assert.deepEqual(await store.users.find(user.id), user)
  })

  holds('Inserting a user is refused when the username key exists.', async (store) => {
    const user = aUser()
    const other = aUser({ usernameKey: user.usernameKey })
    await land(store, { do: 'insert user', user })
    await refuse(store, 0, { do: 'insert user', user: other })
    assert.equal(await store.users.find(other.id), undefined)
    assert.deepEqual(await store.users.findByUsernameKey(user.usernameKey), user)
  })

  holds('Of many who insert the same username key at once, one succeeds.', async (store) => {
    const users = Array.from({ length: 8 }, () => aUser({ usernameKey: 'wanted' }))
    const written = await Promise.all(users.map((user) => store.write([{ do: 'insert user', user }])))
    assert.equal(written.filter(({ landed }) => landed).length, 1)
  })

  holds('Replacing a user replaces everything, and what is found by the username key.', async (store) => {
    const user = aUser()
    await land(store, { do: 'insert user', user })
    const next = { ...aUser(), code: user.id, version: 2 }
    await land(store, { do: 'replace user', next, ifVersion: 1 })
    assert.deepEqual(await store.users.find(user.id), next)
    assert.deepEqual(await store.users.findByUsernameKey(next.usernameKey), next)
    assert.equal(await store.users.findByUsernameKey(user.usernameKey), undefined)
  })

  holds('Replacing a user is refused unless the stored version is the one named.', async (store) => {
    const user = aUser({ version: 3 })
    await land(store, { do: 'insert user', user })
    for (const ifVersion of [2, 4]) await refuse(store, 0, { do: 'replace user', next: { ...user, disabled: true }, ifVersion })
    assert.deepEqual(await store.users.find(user.id), user)
  })

  holds('Replacing a user never inserts.', async (store) => {
    const user = aUser()
    await refuse(store, 0, { do: 'replace user', next: user, ifVersion: user.version })
    assert.equal(await store.users.find(user.id), undefined)
  })

  holds('Replacing a user is refused when another user has the username key.', async (store) => {
    const [user, other] = [aUser(), aUser()]
    await land(store, { do: 'insert user', user }, { do: 'insert user', user: other })
    await refuse(store, 0, { do: 'replace user', next: { ...user, usernameKey: other.usernameKey, version: 2 }, ifVersion: 1 })
    assert.deepEqual(await store.users.findByUsernameKey(user.usernameKey), user)
    assert.deepEqual(await store.users.findByUsernameKey(other.usernameKey), other)
  })

  holds('Deleting a user deletes the user and their operations, and nobody else’s.', async (store) => {
    const [user, other] = [aUser(), aUser()]
    const kept = anAuditEvent({ userId: other.id })
    await land(store, { do: 'insert user', user }, { do: 'insert user', user: other })
    await land(store, { do: 'append audit event', event: anAuditEvent({ userId: user.id }) })
    await land(store, { do: 'append audit event', event: kept })
    await land(store, { do: 'delete user', id: user.id })
    assert.equal(await store.users.find(user.id), undefined)
    assert.equal(await store.users.findByUsernameKey(user.usernameKey), undefined)
    assert.deepEqual(await store.auditEvents.list(user.id, null, 10), [])
    assert.deepEqual(idsOf(await store.auditEvents.list(other.id, null, 10)), [kept.id])
    assert.deepEqual(await store.users.find(other.id), other)
  })

  holds('Deleting a user leaves credentials to a change of their own.', async (store) => {
    const user = aUser()
    const session = aSession({ userId: user.id })
    await land(store, { do: 'insert user', user })
    await insert(store, session)
    await land(store, { do: 'delete user', id: user.id })
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  holds('Deleting a user is refused when the user is gone.', async (store) => {
    const user = aUser()
    await land(store, { do: 'append audit event', event: anAuditEvent({ userId: user.id }) })
    await refuse(store, 0, { do: 'delete user', id: user.id })
    assert.equal((await store.auditEvents.list(user.id, null, 10)).length, 1)
    await land(store, { do: 'insert user', user }, { do: 'delete user', id: user.id })
    await refuse(store, 0, { do: 'delete user', id: user.id })
  })

  holds('A name that is reserved refuses every write that requires it to be free, and no other.', async (store) => {
    const user = aUser()
    await land(store, { do: 'insert user', user }, { do: 'require free names', digests: ['gone', 'other'] })
    await land(store, { do: 'delete user', id: user.id }, { do: 'reserve name', digest: 'gone' })
    await land(store, { do: 'reserve name', digest: 'gone' })
    const next = aUser()
    await refuse(store, 1, { do: 'insert user', user: next }, { do: 'require free names', digests: ['other', 'gone'] })
    assert.equal(await store.users.find(next.id), undefined)
    await refuse(store, 0, { do: 'require free names', digests: ['gone'] })
    await land(store, { do: 'require free names', digests: ['other'] }, { do: 'require free names', digests: [] })
  })

  holds('A write that is refused reserves no name.', async (store) => {
    await refuse(store, 1, { do: 'reserve name', digest: 'kept' }, { do: 'delete user', id: 'usr_nobody' })
    await land(store, { do: 'require free names', digests: ['kept'] })
  })

  holds('Who takes a name in the moment of its deletion does not get it.', async (store) => {
    for (let round = 0; round < 8; round += 1) {
      const user = aUser()
      const digest = `digest-${round}`
      await land(store, { do: 'insert user', user })
      const takers = Array.from({ length: 6 }, () => aUser({ usernameKey: user.usernameKey }))
      const taking = takers.map((taker) =>
        store.write([
          { do: 'insert user', user: taker },
          { do: 'require free names', digests: [digest] },
        ]),
      )
      const deleting = store.write([
        { do: 'delete user', id: user.id },
        { do: 'reserve name', digest },
      ])
      assert.ok((await deleting).landed)
      const landed = (await Promise.all(taking)).filter((written) => written.landed)
      assert.deepEqual(landed, [])
      assert.equal(await store.users.findByUsernameKey(user.usernameKey), undefined)
    }
  })

  holds('The name of a deleted user is free again where it is not reserved.', async (store) => {
    const user = aUser()
    await land(store, { do: 'insert user', user }, { do: 'delete user', id: user.id })
    await land(store, { do: 'insert user', user: aUser({ usernameKey: user.usernameKey }) })
  })

  holds('Requiring a user changes nothing.', async (store) => {
    const user = aUser()
    await land(store, { do: 'insert user', user })
    assert.deepEqual(await land(store, { do: 'require user', id: user.id, version: 1 }), [])
    assert.deepEqual(await store.users.find(user.id), user)
  })

  holds('Requiring a user is refused unless the user is there in this version.', async (store) => {
    const user = aUser({ version: 4 })
    await land(store, { do: 'insert user', user })
    await refuse(store, 0, { do: 'require user', id: user.id, version: 3 })
    await refuse(store, 0, { do: 'require user', id: user.id, version: 5 })
    await refuse(store, 0, { do: 'require user', id: 'usr_nobody', version: 4 })
  })
}
