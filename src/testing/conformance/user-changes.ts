// What the contract says of inserting, replacing, deleting and requiring users.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { assertRefused, commit, idsOf, insertCredentials } from '../helpers.ts'
import { anAuditEvent, makeSession, makeUser } from '../samples.ts'

export function userChangeTests(contractTest: ContractTest): void {
  contractTest('An inserted user is found by code and by username key, as it was inserted.', async (store) => {
    const user = makeUser({ email: 'somebody@example.com', roles: ['user', 'admin'], disabled: true, passwordHash: null })
    await commit(store, { do: 'insert user', user })
    assert.deepEqual(await store.users.find(user.id), user)
    assert.deepEqual(await store.users.findByUsernameKey(user.usernameKey), user)
  })

  contractTest('A user who is not there is a value: undefined.', async (store) => {
    assert.equal(await store.users.find('usr_nobody'), undefined)
    assert.equal(await store.users.findByUsernameKey('nobody'), undefined)
  })

  contractTest('Inserting a user is refused when the code exists.', async (store) => {
    const user = makeUser()
    await commit(store, { do: 'insert user', user })
    await assertRefused(store, 0, { do: 'insert user', user: makeUser({ id: user.id }) })
    assert.deepEqual(await store.users.find(user.id), user)
  })

  contractTest('Inserting a user is refused when the username key exists.', async (store) => {
    const user = makeUser()
    const other = makeUser({ usernameKey: user.usernameKey })
    await commit(store, { do: 'insert user', user })
    await assertRefused(store, 0, { do: 'insert user', user: other })
    assert.equal(await store.users.find(other.id), undefined)
    assert.deepEqual(await store.users.findByUsernameKey(user.usernameKey), user)
  })

  contractTest('Of many who insert the same username key at once, one succeeds.', async (store) => {
    const users = Array.from({ length: 8 }, () => makeUser({ usernameKey: 'wanted' }))
    const written = await Promise.all(users.map((user) => store.write([{ do: 'insert user', user }])))
    assert.equal(written.filter(({ committed }) => committed).length, 1)
  })

  contractTest('Replacing a user replaces everything, and what is found by the username key.', async (store) => {
    const user = makeUser()
    await commit(store, { do: 'insert user', user })
    const next = { ...makeUser(), id: user.id, version: 2 }
    await commit(store, { do: 'replace user', next, ifVersion: 1 })
    assert.deepEqual(await store.users.find(user.id), next)
    assert.deepEqual(await store.users.findByUsernameKey(next.usernameKey), next)
    assert.equal(await store.users.findByUsernameKey(user.usernameKey), undefined)
  })

  contractTest('Replacing a user is refused unless the stored version is the one named.', async (store) => {
    const user = makeUser({ version: 3 })
    await commit(store, { do: 'insert user', user })
    for (const ifVersion of [2, 4]) await assertRefused(store, 0, { do: 'replace user', next: { ...user, disabled: true }, ifVersion })
    assert.deepEqual(await store.users.find(user.id), user)
  })

  contractTest('Replacing a user never inserts.', async (store) => {
    const user = makeUser()
    await assertRefused(store, 0, { do: 'replace user', next: user, ifVersion: user.version })
    assert.equal(await store.users.find(user.id), undefined)
  })

  contractTest('Replacing a user is refused when another user has the username key.', async (store) => {
    const [user, other] = [makeUser(), makeUser()]
    await commit(store, { do: 'insert user', user }, { do: 'insert user', user: other })
    await assertRefused(store, 0, { do: 'replace user', next: { ...user, usernameKey: other.usernameKey, version: 2 }, ifVersion: 1 })
    assert.deepEqual(await store.users.findByUsernameKey(user.usernameKey), user)
    assert.deepEqual(await store.users.findByUsernameKey(other.usernameKey), other)
  })

  contractTest('Deleting a user deletes the user and their operations, and nobody else’s.', async (store) => {
    const [user, other] = [makeUser(), makeUser()]
    const kept = anAuditEvent({ userId: other.id })
    await commit(store, { do: 'insert user', user }, { do: 'insert user', user: other })
    await commit(store, { do: 'append audit event', event: anAuditEvent({ userId: user.id }) })
    await commit(store, { do: 'append audit event', event: kept })
    await commit(store, { do: 'delete user', id: user.id })
    assert.equal(await store.users.find(user.id), undefined)
    assert.equal(await store.users.findByUsernameKey(user.usernameKey), undefined)
    assert.deepEqual(await store.auditEvents.list(user.id, null, 10), [])
    assert.deepEqual(idsOf(await store.auditEvents.list(other.id, null, 10)), [kept.id])
    assert.deepEqual(await store.users.find(other.id), other)
  })

  contractTest('Deleting a user leaves credentials to a change of their own.', async (store) => {
    const user = makeUser()
    const session = makeSession({ userId: user.id })
    await commit(store, { do: 'insert user', user })
    await insertCredentials(store, session)
    await commit(store, { do: 'delete user', id: user.id })
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  contractTest('Deleting a user is refused when the user is gone.', async (store) => {
    const user = makeUser()
    await commit(store, { do: 'append audit event', event: anAuditEvent({ userId: user.id }) })
    await assertRefused(store, 0, { do: 'delete user', id: user.id })
    assert.equal((await store.auditEvents.list(user.id, null, 10)).length, 1)
    await commit(store, { do: 'insert user', user }, { do: 'delete user', id: user.id })
    await assertRefused(store, 0, { do: 'delete user', id: user.id })
  })

  contractTest('A name that is reserved refuses every write that requires it to be free, and no other.', async (store) => {
    const user = makeUser()
    await commit(store, { do: 'insert user', user }, { do: 'require free names', digests: ['gone', 'other'] })
    await commit(store, { do: 'delete user', id: user.id }, { do: 'reserve name', digest: 'gone' })
    await commit(store, { do: 'reserve name', digest: 'gone' })
    const next = makeUser()
    await assertRefused(store, 1, { do: 'insert user', user: next }, { do: 'require free names', digests: ['other', 'gone'] })
    assert.equal(await store.users.find(next.id), undefined)
    await assertRefused(store, 0, { do: 'require free names', digests: ['gone'] })
    await commit(store, { do: 'require free names', digests: ['other'] }, { do: 'require free names', digests: [] })
  })

  contractTest('A write that is refused reserves no name.', async (store) => {
    await assertRefused(store, 1, { do: 'reserve name', digest: 'kept' }, { do: 'delete user', id: 'usr_nobody' })
    await commit(store, { do: 'require free names', digests: ['kept'] })
  })

  contractTest('Who takes a name in the moment of its deletion does not get it.', async (store) => {
    for (let round = 0; round < 8; round += 1) {
      const user = makeUser()
      const digest = `digest-${round}`
      await commit(store, { do: 'insert user', user })
      const takers = Array.from({ length: 6 }, () => makeUser({ usernameKey: user.usernameKey }))
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
      assert.ok((await deleting).committed)
      const landed = (await Promise.all(taking)).filter((written) => written.committed)
      assert.deepEqual(landed, [])
      assert.equal(await store.users.findByUsernameKey(user.usernameKey), undefined)
    }
  })

  contractTest('The name of a deleted user is free again where it is not reserved.', async (store) => {
    const user = makeUser()
    await commit(store, { do: 'insert user', user }, { do: 'delete user', id: user.id })
    await commit(store, { do: 'insert user', user: makeUser({ usernameKey: user.usernameKey }) })
  })

  contractTest('Requiring a user changes nothing.', async (store) => {
    const user = makeUser()
    await commit(store, { do: 'insert user', user })
    assert.deepEqual(await commit(store, { do: 'require user', id: user.id, version: 1 }), [])
    assert.deepEqual(await store.users.find(user.id), user)
  })

  contractTest('Requiring a user is refused unless the user is there in this version.', async (store) => {
    const user = makeUser({ version: 4 })
    await commit(store, { do: 'insert user', user })
    await assertRefused(store, 0, { do: 'require user', id: user.id, version: 3 })
    await assertRefused(store, 0, { do: 'require user', id: user.id, version: 5 })
    await assertRefused(store, 0, { do: 'require user', id: 'usr_nobody', version: 4 })
  })
}
