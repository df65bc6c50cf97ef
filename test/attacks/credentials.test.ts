// Forged, fixated and swapped credentials, and those of other users.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CallOptions, startInProcess } from '../support/in-process.ts'
import { ALICE, createServiceKey, login, register } from '../support/users.ts'

const GRACE = { username: 'grace', password: 'seven-grey-herons-at-dusk' }

test('a session id in the request is never adopted: every sign-in creates a new one', async () => {
  await using latchkey = await startInProcess()
  const planted = await register(latchkey, GRACE)
  const victim = await register(latchkey, {}, { headers: { cookie: planted.session } })
  const again = await login(latchkey, {}, { headers: { cookie: victim.session } })
  assert.equal(new Set([planted.sid, victim.sid, again.sid]).size, 3)
  for (const { session } of [planted, victim]) {
    assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: session } })).json.reason, 'revoked')
  }
  const forged = { cookie: `latchkey_session=${'A'.repeat(22)}.${'B'.repeat(64)}; latchkey_remember=${'A'.repeat(22)}.${'B'.repeat(70)}` }
  const fresh = await login(latchkey, {}, { headers: forged })
  assert.notEqual(fresh.sid, 'A'.repeat(22))
})

test('the session id of another user in a sign-in revokes nothing: ids are public', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const id = alice.remembered.split('=')[1]?.split('.')[0] ?? ''
  const cookie = `latchkey_session=${alice.sid}.${'B'.repeat(64)}; latchkey_remember=${id}.${'B'.repeat(70)}`
  await register(latchkey, GRACE, { headers: { cookie } })
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  assert.equal((await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })).status, 200)
})

test('no record is created for a client that is not signed in', async () => {
  await using latchkey = await startInProcess()
  latchkey.resetCounts()
  for (const [method, path] of [
    ['GET', '/access/session'],
    ['POST', '/access/token'],
    ['GET', '/access/client-data'],
    ['GET', '/access/verify'],
  ] as const) {
    const answer = await latchkey.call(method, path, { headers: { cookie: 'latchkey_session=x; latchkey_data=y' } })
    assert.equal(answer.status, 401)
    assert.deepEqual(answer.cookies, [])
  }
  assert.equal(latchkey.counts.writes, 0)
})

test('a tampered remember-me login is unknown and revokes nothing; session and remember-me login are not interchangeable', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const [name, value = ''] = alice.remembered.split('=')
  for (let at = 0; at < value.length; at += 5) {
    if (value[at] === '.') continue
    const tampered = `${value.slice(0, at)}${value[at] === 'A' ? 'B' : 'A'}${value.slice(at + 1)}`
    const { status, json } = await latchkey.call('POST', '/access/token', { headers: { cookie: `${name}=${tampered}` } })
    assert.deepEqual([status, json.reason], [401, 'unknown'], `at ${at}`)
  }
  const session = alice.session.split('=')[1]
  const swapped = { cookie: `latchkey_remember=${session}` }
  assert.equal((await latchkey.call('POST', '/access/token', { headers: swapped })).json.reason, 'unknown')
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: `latchkey_session=${value}` } })).json.reason, 'unknown')
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { authorization: `Session ${value}` } })).json.reason, 'unknown')
  assert.equal((await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })).status, 200)
})

test('a service key does not sign in', async () => {
  await using latchkey = await startInProcess()
  const value = await createServiceKey(latchkey, 'orders')
  for (const authorization of [`Service ${value}`, `Session ${value}`, `Bearer ${value}`, value]) {
    assert.equal((await latchkey.call('GET', '/access/session', { headers: { authorization } })).status, 401)
  }
})

test('no credential or audit event of another user can be revoked or read', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const mallory = await register(latchkey, GRACE)
  const as: CallOptions = { headers: { authorization: mallory.token } }
  for (const id of [alice.sid, alice.remembered.split('=')[1]?.split('.')[0] ?? '']) {
    const { status, json } = await latchkey.call('DELETE', `/access/sessions/${id}`, as)
    assert.deepEqual([status, json.code], [404, 'resource.not_found'])
  }
  const logout = await latchkey.call('POST', `/access/logout/${alice.userId}?everywhere=true`, as)
  assert.deepEqual([logout.status, logout.json.code], [403, 'user.mismatch'])
  const list = await latchkey.call('GET', '/access/sessions', as)
  assert.deepEqual(
    list.json.map(({ id }: { id: string }) => id),
    [mallory.sid],
  )
  const page = await latchkey.call('GET', '/access/audit-events?limit=1', { headers: { authorization: alice.token } })
  await login(latchkey)
  const own = await latchkey.call('GET', '/access/audit-events?limit=1', { headers: { authorization: alice.token } })
  for (const cursor of [own.json.next ?? page.json.next, 'AAAA', '1', '../1']) {
    if (cursor === null) continue
    const stolen = await latchkey.call('GET', `/access/audit-events?before=${encodeURIComponent(cursor)}`, as)
    assert.deepEqual([stolen.status, stolen.json.code], [400, 'request.malformed'], cursor)
  }
  const sealed = await latchkey.call('PUT', '/access/client-data', {
    headers: { authorization: alice.token },
    body: { data: { theme: 'dark' } },
  })
  const cookie = `latchkey_session=${mallory.session.split('=')[1]}; latchkey_data=${sealed.jar.latchkey_data}`
  assert.deepEqual((await latchkey.call('GET', '/access/client-data', { headers: { cookie } })).json, { data: {} })
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
})

test('Host and forwarding headers change no link, cookie flag or address', async () => {
  await using latchkey = await startInProcess()
  const headers = {
    host: 'evil.test',
    forwarded: 'for=203.0.113.9;host=evil.test;proto=https',
    'x-forwarded-host': 'evil.test',
    'x-forwarded-proto': 'https',
    'x-forwarded-for': '203.0.113.9',
  }
  const answer = await latchkey.call('POST', '/access/register', { headers, body: ALICE })
  assert.equal(answer.status, 201)
  assert.doesNotMatch(JSON.stringify([answer.headers, answer.cookies, answer.body]), /evil|203\.0\.113\.9|Secure|__Host/)
  const authorization = answer.json.token
  const { json } = await latchkey.call('GET', '/access/sessions', { headers: { ...headers, authorization } })
  assert.equal(json[0].ip, '192.0.2.1')
  const refused = await latchkey.call('GET', '/access/nothing', { headers })
  assert.match(refused.json.type, /^http:\/\/localhost:3000\//)
  const page = await latchkey.call('GET', '/access/verify', {
    headers: { ...headers, 'x-forwarded-uri': '/app', 'x-forwarded-method': 'GET', accept: 'text/html' },
  })
  assert.equal(page.status, 303)
  assert.equal(page.headers.location, 'http://localhost:3000/sign-in?return=%2Fapp')
})

test('line breaks in values reach neither headers nor the audit log', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, {}, { headers: { 'user-agent': 'x\r\nSet-Cookie: a=b\u0000' } })
  const { json } = await latchkey.call('GET', '/access/sessions', { headers: { cookie: alice.session } })
  assert.equal(json[0].userAgent, 'x  Set-Cookie: a=b ')
})
