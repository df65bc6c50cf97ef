// Logout on this device and everywhere, the list of sessions, and revocation from it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { revokedResponse, sessionsResponse } from '../../src/http/contract.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { login, register, type SignedInUser } from '../support/users.ts'
import { assertRefused, codeOrStatus } from './support.ts'

function by(user: SignedInUser) {
  return { headers: { authorization: user.token } }
}

async function isSignedIn(latchkey: InProcess, user: SignedInUser): Promise<boolean> {
  const [byCookie, byToken] = await Promise.all([
    latchkey.call('GET', '/access/session', { headers: { cookie: user.session } }),
    latchkey.call('GET', '/access/session', by(user)),
  ])
  assert.equal(byCookie.status, byToken.status)
  return byCookie.status === 200
}

async function list(latchkey: InProcess, user: SignedInUser) {
  const { status, json } = await latchkey.call('GET', '/access/sessions', by(user))
  assert.equal(status, 200)
  return sessionsResponse.parse(json)
}

for (const method of ['GET', 'POST']) {
  test(`${method} logout revokes this session and its remember-me login, and nothing else`, async () => {
    await using latchkey = await startInProcess()
    const elsewhere = await register(latchkey, { remember: true })
    const here = await login(latchkey, { remember: true })
    const answer = await latchkey.call(method, `/access/logout/${here.userId}`, by(here))
    assert.equal(answer.status, 200)
    assert.deepEqual(revokedResponse.strict().parse(answer.json), { ended: { sessions: 1, rememberMe: 1 } })
    assert.equal(await isSignedIn(latchkey, here), false)
    assert.equal(await isSignedIn(latchkey, elsewhere), true)
    assert.equal((await latchkey.call('POST', '/access/token', { headers: { cookie: here.remembered } })).status, 401)
    assert.equal((await latchkey.call('POST', '/access/token', { headers: { cookie: elsewhere.remembered } })).status, 200)
  })
}

test('logout everywhere revokes all of this user’s credentials, and none of others', async () => {
  await using latchkey = await startInProcess()
  const first = await register(latchkey, { remember: true })
  const second = await login(latchkey)
  const bob = await register(latchkey, { username: 'Bob' })
  const answer = await latchkey.call('POST', `/access/logout/${first.userId}?everywhere=true`, by(second))
  assert.deepEqual(answer.json, { ended: { sessions: 2, rememberMe: 1 } })
  for (const user of [first, second]) assert.equal(await isSignedIn(latchkey, user), false)
  assert.equal(await isSignedIn(latchkey, bob), true)
})

test('logout by a session in the header revokes it', async () => {
  await using latchkey = await startInProcess()
  const { json } = await latchkey.call('POST', '/access/register', {
    body: { username: 'Cora', password: 'blue-tulip-under-7-moons', delivery: 'header' },
  })
  const headers = { authorization: `Session ${json.sessionCredential}` }
  assert.equal((await latchkey.call('GET', `/access/logout/${json.user.id}`, { headers })).status, 200)
  assertRefused(await latchkey.call('GET', '/access/session', { headers }), 401, 'session.required', { reason: 'revoked' })
})

test('logging out another user id is refused, whether it exists or not, and clears no cookie', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const bob = await register(latchkey, { username: 'Bob' })
  for (const userId of [bob.userId, 'usr_nobody', 'Alice', `${alice.userId}x`, '%00', '%E0%A4%A', alice.userId.toUpperCase()])
    assertRefused(await latchkey.call('POST', `/access/logout/${userId}`, by(alice)), 403, 'user.mismatch')
  assert.equal(await isSignedIn(latchkey, bob), true)
  const encoded = alice.userId.replace('_', '%5F')
  assert.equal((await latchkey.call('POST', `/access/logout/${encoded}`, by(alice))).status, 200)
})

test('an invalid value of everywhere revokes nothing', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  for (const value of ['1', 'TRUE', 'yes', ''])
    assertRefused(await latchkey.call('POST', `/access/logout/${alice.userId}?everywhere=${value}`, by(alice)), 422, 'request.invalid', {
      field: 'everywhere',
    })
  assert.equal(await isSignedIn(latchkey, alice), true)
  assert.equal((await latchkey.call('POST', `/access/logout/${alice.userId}?everywhere=false`, by(alice))).status, 200)
  assertRefused(await latchkey.call('POST', `/access/logout/${alice.userId}`, by(alice)), 401, 'token.invalid', { reason: 'session_ended' })
})

test('the list has one row for each lineage, and no secret', async () => {
  await using latchkey = await startInProcess()
  const first = await register(latchkey, {}, { headers: { 'user-agent': 'Browser/1' }, address: '198.51.100.7' })
  latchkey.clock.advance(60_000)
  const second = await login(latchkey, { remember: true })
  await register(latchkey, { username: 'Bob' })
  const answer = await latchkey.call('GET', '/access/sessions', by(second))
  const listed = await list(latchkey, second)
  assert.equal(listed.length, 2)
  const current = listed.find((one) => one.current)
  const other = listed.find(({ id }) => id === first.sid)
  assert.deepEqual([current?.kind, current?.sessions, current?.lineage], ['remember_me', 1, current?.id])
  assert.notEqual(current?.id, second.sid)
  assert.deepEqual(other, {
    id: first.sid,
    current: false,
    kind: 'session',
    lineage: first.sid,
    startedAt: '2026-05-03T12:00:00.000Z',
    lastSeenAt: '2026-05-03T12:00:00.000Z',
    expiresAt: '2026-05-04T00:00:00.000Z',
    ip: '198.51.100.7',
    userAgent: 'Browser/1',
    bound: false,
    sessions: 1,
  })
  for (const value of Object.values(second.jar)) assert.ok(!answer.body?.includes(value.split('.')[1] ?? value))
})

test('idle and expired sessions are not listed', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey, { remember: true })
  latchkey.clock.advance(20 * 60_000)
  const alice = await login(latchkey)
  assert.deepEqual((await list(latchkey, alice)).map(({ kind, id }) => (id === alice.sid ? 'this' : kind)).sort(), ['remember_me', 'this'])
})

test('one session is revoked from the list, alone', async () => {
  await using latchkey = await startInProcess()
  const lost = await register(latchkey)
  const other = await login(latchkey)
  const here = await login(latchkey)
  const answer = await latchkey.call('DELETE', `/access/sessions/${lost.sid}`, by(here))
  assert.equal(answer.status, 200)
  assert.deepEqual(answer.json, { ended: { sessions: 1, rememberMe: 0 } })
  assert.deepEqual(answer.cookies, [])
  assert.deepEqual(
    [await isSignedIn(latchkey, lost), await isSignedIn(latchkey, other), await isSignedIn(latchkey, here)],
    [false, true, true],
  )
  assertRefused(await latchkey.call('DELETE', `/access/sessions/${lost.sid}`, by(here)), 404, 'resource.not_found')
})

test('a lineage is named by the id of any credential in it', async () => {
  await using latchkey = await startInProcess()
  const lost = await register(latchkey, { remember: true })
  const here = await login(latchkey)
  const answer = await latchkey.call('DELETE', `/access/sessions/${lost.sid}`, by(here))
  assert.deepEqual(answer.json, { ended: { sessions: 1, rememberMe: 1 } })
  assert.equal((await list(latchkey, here)).length, 1)
})

test('a lineage of several sessions is one row, with the client that used it last, and is current for each of them', async () => {
  await using latchkey = await startInProcess()
  const first = await register(latchkey, { remember: true })
  latchkey.clock.advance(60_000)
  const resumed = await latchkey.call('POST', '/access/token', {
    headers: { cookie: first.remembered, 'user-agent': 'Browser/2' },
    address: '198.51.100.8',
  })
  assert.equal(resumed.status, 200)
  for (const token of [first.token, resumed.json.token]) {
    const { json } = await latchkey.call('GET', '/access/sessions', { headers: { authorization: token, 'x-latchkey-passive': '1' } })
    const [row, ...more] = sessionsResponse.parse(json)
    assert.deepEqual(more, [])
    assert.deepEqual([row?.current, row?.sessions, row?.startedAt], [true, 2, '2026-05-03T12:00:00.000Z'])
    assert.deepEqual([row?.ip, row?.userAgent, row?.lastSeenAt], ['198.51.100.8', 'Browser/2', '2026-05-03T12:01:00.000Z'])
  }
  const others = await latchkey.call('DELETE', '/access/sessions?except=current', { headers: { authorization: resumed.json.token } })
  assert.deepEqual(others.json, { ended: { sessions: 0, rememberMe: 0 } }, 'the other sessions of the current lineage stay')
})

test('a remember-me login is revoked from the list with every session it started', async () => {
  await using latchkey = await startInProcess()
  const lost = await register(latchkey, { remember: true })
  const here = await login(latchkey)
  const remembered = (await list(latchkey, here)).find(({ kind }) => kind === 'remember_me')
  const answer = await latchkey.call('DELETE', `/access/sessions/${remembered?.id}`, by(here))
  assert.deepEqual(answer.json, { ended: { sessions: 1, rememberMe: 1 } })
  assert.equal(await isSignedIn(latchkey, lost), false)
})

test('sessions of others, and unknown ids, are not found', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const bob = await register(latchkey, { username: 'Bob' })
  for (const id of [bob.sid, 'nothing', '%00', '..%2f', alice.userId, 'a'.repeat(5_000)])
    assertRefused(await latchkey.call('DELETE', `/access/sessions/${id}`, by(alice)), 404, 'resource.not_found')
  assert.equal(await isSignedIn(latchkey, bob), true)
})

test('all others are revoked, but not this session and the remember-me login that started it', async () => {
  await using latchkey = await startInProcess()
  const others = [await register(latchkey, { remember: true }), await login(latchkey)]
  const here = await login(latchkey, { remember: true })
  const answer = await latchkey.call('DELETE', '/access/sessions?except=current', by(here))
  assert.deepEqual(answer.json, { ended: { sessions: 2, rememberMe: 1 } })
  for (const other of others) assert.equal(await isSignedIn(latchkey, other), false)
  assert.equal(await isSignedIn(latchkey, here), true)
  assert.equal((await list(latchkey, here)).length, 1)
  const again = await latchkey.call('DELETE', '/access/sessions?except=current', by(here))
  assert.deepEqual(again.json, { ended: { sessions: 0, rememberMe: 0 } })
  for (const query of ['', '?except=', '?except=all', '?except=CURRENT'])
    assert.equal(codeOrStatus(await latchkey.call('DELETE', `/access/sessions${query}`, by(here))), 'request.invalid')
})
