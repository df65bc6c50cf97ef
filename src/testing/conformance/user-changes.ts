// Conformance tests: inserting, replacing, deleting and requiring users, and reserved names.

import assert from 'node:assert/strict'
import type { ContractTest } from '../contract-test.ts'
import { assertRefused, commit, idsOf, insertCredentials } from '../helpers.ts'
import { makeAuditEvent, makeSession, makeUser } from '../samples.ts'

export function userChangeTests(contractTest: ContractTest): void {
  contractTest('An inserted user is found by id and by username key, unchanged.', async (store) => {
    const user = makeUser({ email: 'sample@example.com', roles: ['user', 'admin'], disabled: true, passwordHash: null })
    await commit(store, { do: 'insert user', user })
    assert.deepEqual(await store.users.find(user.id), user)
    assert.deepEqual(await store.users.findByUsernameKey(user.usernameKey), user)
  })

  contractTest('Finding a missing user returns undefined.', async (store) => {
    assert.equal(await store.users.find('usr_missing'), undefined)
    assert.equal(await store.users.findByUsernameKey('missing'), undefined)
  })

  contractTest('Inserting a user is refused when the id exists.', async (store) => {
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

  contractTest('Of concurrent inserts of one username key, exactly one succeeds.', async (store) => {
    const users = Array.from({ length: 8 }, () => makeUser({ usernameKey: 'wanted' }))
    const written = await Promise.all(users.map((user) => store.write([{ do: 'insert user', user }])))
    assert.equal(written.filter(({ committed }) => committed).length, 1)
  })

  contractTest('Replacing a user replaces all fields, also the username key.', async (store) => {
    const user = makeUser()
    await commit(store, { do: 'insert user', user })
    const next = { ...makeUser(), id: user.id, version: 2 }
    await commit(store, { do: 'replace user', next, ifVersion: 1 })
    assert.deepEqual(await store.users.find(user.id), next)
    assert.deepEqual(await store.users.findByUsernameKey(next.usernameKey), next)
    assert.equal(await store.users.findByUsernameKey(user.usernameKey), undefined)
  })

  contractTest('Replacing a user is refused unless the stored version is the expected one.', async (store) => {
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

  contractTest('Deleting a user deletes the user and their audit events, and no others.', async (store) => {
    const [user, other] = [makeUser(), makeUser()]
    const kept = makeAuditEvent({ userId: other.id })
    await commit(store, { do: 'insert user', user }, { do: 'insert user', user: other })
    await commit(store, { do: 'append audit event', event: makeAuditEvent({ userId: user.id }) })
    await commit(store, { do: 'append audit event', event: kept })
    await commit(store, { do: 'delete user', id: user.id })
    assert.equal(await store.users.find(user.id), undefined)
    assert.equal(await store.users.findByUsernameKey(user.usernameKey), undefined)
    assert.deepEqual(await store.auditEvents.list(user.id, null, 10), [])
    assert.deepEqual(idsOf(await store.auditEvents.list(other.id, null, 10)), [kept.id])
    assert.deepEqual(await store.users.find(other.id), other)
  })

  contractTest('Deleting a user does not revoke their credentials.', async (store) => {
    const user = makeUser()
    const session = makeSession({ userId: user.id })
    await commit(store, { do: 'insert user', user })
    await insertCredentials(store, session)
    await commit(store, { do: 'delete user', id: user.id })
    assert.deepEqual(await store.credentials.find(session.id), session)
  })

  contractTest('Deleting a missing user is refused.', async (store) => {
    const user = makeUser()
    await commit(store, { do: 'append audit event', event: makeAuditEvent({ userId: user.id }) })
    await assertRefused(store, 0, { do: 'delete user', id: user.id })
    assert.equal((await store.auditEvents.list(user.id, null, 10)).length, 1)
    await commit(store, { do: 'insert user', user }, { do: 'delete user', id: user.id })
    await assertRefused(store, 0, { do: 'delete user', id: user.id })
  })

  contractTest('A reserved name refuses each write that requires it to be free, and no other.', async (store) => {
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

  contractTest('A refused write reserves no name.', async (store) => {
    await assertRefused(store, 1, { do: 'reserve name', digest: 'kept' }, { do: 'delete user', id: 'usr_missing' })
    await commit(store, { do: 'require free names', digests: ['kept'] })
  })

  contractTest('An insert that is concurrent with the deletion of its username does not get the name.', async (store) => {
    for (let round = 0; round < 8; round += 1) {
      const user = makeUser()
      const digest = `digest-${round}`
      await commit(store, { do: 'insert user', user })
      const newcomers = Array.from({ length: 6 }, () => makeUser({ usernameKey: user.usernameKey }))
      const inserting = newcomers.map((newcomer) =>
        store.write([
          { do: 'insert user', user: newcomer },
          { do: 'require free names', digests: [digest] },
        ]),
      )
      const deleting = store.write([
        { do: 'delete user', id: user.id },
        { do: 'reserve name', digest },
      ])
      assert.ok((await deleting).committed)
      const inserted = (await Promise.all(inserting)).filter((written) => written.committed)
      assert.deepEqual(inserted, [])
      assert.equal(await store.users.findByUsernameKey(user.usernameKey), undefined)
    }
  })

  contractTest('The username of a deleted user is free again unless it is reserved.', async (store) => {
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

  contractTest('Requiring a user is refused unless the user has the expected version.', async (store) => {
    const user = makeUser({ version: 4 })
    await commit(store, { do: 'insert user', user })
    await assertRefused(store, 0, { do: 'require user', id: user.id, version: 3 })
    await assertRefused(store, 0, { do: 'require user', id: user.id, version: 5 })
    await assertRefused(store, 0, { do: 'require user', id: 'usr_missing', version: 4 })
  })
}
