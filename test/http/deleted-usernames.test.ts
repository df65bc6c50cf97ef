// Usernames of deleted users stay reserved: applications identify users by name, and must not take a new user for the old one.

import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../../src/domain/errors.ts'
import { importUsers } from '../../src/engine/import-users.ts'
import { addUser, deleteUser } from '../../src/engine/users.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ADMIN, ALICE, login, loginAsAdmin, register } from '../support/users.ts'
import { assertRefused } from './support.ts'

const NEW_REGISTRATION = { ...ALICE, email: null, roles: [] }

async function assertReserved(latchkey: InProcess, username: string): Promise<void> {
  const { engine } = latchkey
  for (const spelling of [username, username.toUpperCase(), username.normalize('NFD')]) {
    const answer = await latchkey.call('POST', '/access/register', { body: { ...ALICE, username: spelling } })
    assertRefused(answer, 409, 'username.taken', { field: 'username' })
    const added = await addUser(engine, 'operator', { ...NEW_REGISTRATION, username: spelling })
    ok(added instanceof AuthError && added.code === 'username.taken')
  }
  const row = { line: 1, values: { username, hash: '$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a' } }
  for (const dryRun of [true, false]) {
    for await (const result of importUsers(
      engine,
      [row, { ...row, line: 2, values: { ...row.values, username: `${username}-${dryRun}-${Math.random()}` } }],
      {
        dryRun,
      },
    )) {
      if (result.line === 1) ok(result.outcome === 'refused' && /belonged to a deleted user/.test(result.reason))
      else equal(result.outcome, 'imported')
    }
  }
}

test('the username of a deleted account cannot be registered, added or imported again', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey, { username: 'Zoë' })
  const headers = { authorization: `Bearer ${token}` }
  equal((await latchkey.call('DELETE', '/access/account', { headers, body: { password: ALICE.password } })).status, 204)
  await assertReserved(latchkey, 'Zoë')
  equal((await latchkey.call('POST', '/access/login', { body: { ...ALICE, username: 'Zoë' } })).status, 401)
})

test('nor can the username of a user deleted by an admin or the operator, and admins cannot reuse it', async () => {
  await using latchkey = await startInProcess()
  const { token } = await loginAsAdmin(latchkey)
  const headers = { authorization: `Bearer ${token}` }
  const { userId } = await register(latchkey, { username: 'Ada' })
  await register(latchkey, { username: 'Bob' })
  equal((await latchkey.call('DELETE', `/access/admin/users/${userId}`, { headers })).status, 200)
  ok(!((await deleteUser(latchkey.engine, 'operator', 'bob')) instanceof AuthError))
  for (const username of ['Ada', 'Bob']) {
    await assertReserved(latchkey, username)
    const { status, json } = await latchkey.call('POST', '/access/admin/users', { headers, body: { ...ADMIN, username } })
    equal(status, 409)
    equal(json.code, 'username.taken')
  }
})

test('an operator can reuse a name explicitly, and it is reserved again when that user is deleted', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey, { username: 'Ada' })
  for (const _ of [1, 2]) {
    await deleteUser(latchkey.engine, 'operator', 'ada')
    await assertReserved(latchkey, 'Ada')
    ok(!((await addUser(latchkey.engine, 'operator', { ...NEW_REGISTRATION, username: 'Ada', reuseName: true })) instanceof AuthError))
    await login(latchkey, { username: 'Ada' })
  }
})

test('a name stays reserved while its secret is accepted, and the store contains only a digest', async () => {
  const store = createMemoryStore()
  const [old, next] = ['an-old-secret-of-more-than-32-bytes', 'a-new-secret-of-more-than-32-bytes']
  const [before, after] = [createSecrets([old]), createSecrets([next, old])]
  await using latchkey = await startInProcess({}, { store })
  await register(latchkey, { username: 'Ada' })
  equal(after.digests('reserved-name', 'ada')[1], before.digest('reserved-name', 'ada'))
  equal(after.digests('reserved-name', 'ada')[0], after.digest('reserved-name', 'ada'))
  const written: string[] = []
  const write = store.write.bind(store)
  Object.assign(store, {
    write: (changes: Parameters<typeof write>[0]) => {
      written.push(JSON.stringify(changes.filter((change) => change.do === 'reserve name')))
      return write(changes)
    },
  })
  await deleteUser(latchkey.engine, 'operator', 'ada')
  equal(written.filter((text) => text.includes('reserve name')).length, 1)
  ok(!written.join().toLowerCase().includes('ada"'))
})
