// Concurrent requests: no change is lost, no revoked session returns.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/users.ts'

test('of two hundred concurrent patches none is lost', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { authorization: alice.token }
  const patches = Array.from({ length: 200 }, (_, index) =>
    latchkey.call('PATCH', '/access/session/data', { headers, body: { [`k${index}`]: index } }),
  )
  assert.ok((await Promise.all(patches)).every(({ status }) => status === 200))
  const { json } = await latchkey.call('GET', '/access/session/data', { headers })
  assert.equal(Object.keys(json.data).length, 200)
  assert.equal(json.version, 201)
})

test('of many concurrent writers with If-Match exactly one succeeds', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { authorization: alice.token, 'if-match': '"1"' }
  const responses = await Promise.all(
    Array.from({ length: 20 }, (_, n) => latchkey.call('PATCH', '/access/session/data', { headers, body: { n } })),
  )
  assert.equal(responses.filter(({ status }) => status === 200).length, 1)
  assert.equal(responses.filter(({ status }) => status === 412).length, 19)
})

test('patches concurrent with a logout never restore the session', async () => {
  await using latchkey = await startInProcess()
  for (let round = 0; round < 10; round += 1) {
    const alice = round === 0 ? await register(latchkey) : await login(latchkey)
    const headers = { authorization: alice.token }
    await Promise.all([
      ...Array.from({ length: 10 }, (_, n) => latchkey.call('PATCH', '/access/session/data', { headers, body: { n } })),
      latchkey.call('POST', `/access/logout/${alice.userId}`, { headers }),
      ...Array.from({ length: 10 }, (_, n) => latchkey.call('PATCH', '/access/session/data', { headers, body: { n } })),
    ])
    assert.equal((await latchkey.engine.store.credentials.find(alice.sid))?.kind, 'tombstone')
    assert.equal((await latchkey.call('GET', '/access/session', { headers })).status, 401)
  }
})

test('concurrent registrations of one username create one user', async () => {
  await using latchkey = await startInProcess()
  const names = ['alice', 'ALICE', 'Alice', 'ａｌｉｃｅ']
  const responses = await Promise.all(names.map((username) => latchkey.call('POST', '/access/register', { body: { ...ALICE, username } })))
  assert.deepEqual(responses.map(({ status }) => status).sort(), [201, 409, 409, 409])
})

test('a password change during sign-ins with the old password leaves no session of the old password', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const body = { current: ALICE.password, next: 'green-walnut-over-9-rivers' }
  await Promise.all([
    latchkey.call('POST', '/access/password', { headers: { authorization: alice.token }, body }),
    ...Array.from({ length: 8 }, () => latchkey.call('POST', '/access/login', { body: ALICE })),
  ])
  const live = await latchkey.engine.store.credentials.listByUser(alice.userId)
  assert.equal(live.length, 1)
})
