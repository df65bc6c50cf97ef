// Which credential counts, and what is said when it is no good.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/people.ts'

test('a header credential wins over a cookie, the session cookie over the remembered login', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const grace = await register(latchkey, { username: 'grace' })
  const both = await latchkey.call('GET', '/access/session', { headers: { authorization: grace.token, cookie: alice.cookies } })
  assert.equal(both.json.user.username, 'grace')
  assert.equal(both.json.via, 'token')
  const cookies = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.cookies } })
  assert.equal(cookies.json.session.id, alice.sid, 'no new session')
  assert.deepEqual(cookies.cookies, [], 'no rotation')
})

test('a header credential that is present and bad is an error, and never falls back to a cookie', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const bad = [
    '',
    ' ',
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    'Digest x=1',
    'x',
    'a.b.c',
    'Bearer a.b.c',
    'Token a.b.c',
    'Service a.b',
    `Bearer ${alice.token} x`,
    `${alice.token}x`,
  ]
  for (const authorization of bad) {
    for (const [method, path] of [
      ['GET', '/access/session'],
      ['PATCH', '/access/session/data'],
      ['GET', '/access/verify'],
    ] as const) {
      const answer = await latchkey.call(method, path, { headers: { authorization, cookie: alice.cookies, 'x-forwarded-method': 'GET' } })
      assert.equal(answer.status, 401, `${authorization} ${path}`)
      assert.equal(answer.json.code, 'token.invalid')
      assert.equal(answer.json.reason, 'malformed')
      assert.equal(answer.headers['www-authenticate'], 'Bearer error="invalid_token"')
    }
    const minted = await latchkey.call('POST', '/access/token', { headers: { authorization, cookie: alice.cookies } })
    assert.equal(minted.status, 401, authorization)
  }
  const session = await latchkey.call('GET', '/access/session', { headers: { authorization: 'Session nothing', cookie: alice.cookies } })
  assert.equal(session.json.code, 'session.required')
  assert.equal(session.json.reason, 'unknown')
})

test('the token stands with or without Bearer, scheme names in any case', async () => {
  await using latchkey = await startInProcess()
  const { json } = await latchkey.call('POST', '/access/register', { body: { ...ALICE, delivery: 'header' } })
  const forms = [
    json.token,
    `Bearer ${json.token}`,
    `bearer ${json.token}`,
    `BEARER  ${json.token}`,
    `Session ${json.sessionCredential}`,
    `session ${json.sessionCredential}`,
  ]
  for (const authorization of forms) {
    assert.equal((await latchkey.call('GET', '/access/session', { headers: { authorization } })).status, 200, authorization.slice(0, 9))
  }
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { authorization: json.sessionCredential } })).status, 401)
})

test('two of our cookies, or two credentials in the header, are refused and not guessed at', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const twice = await latchkey.call('GET', '/access/session', { headers: { cookie: `${alice.session}; other=1; ${alice.session}` } })
  assert.deepEqual([twice.status, twice.json.code, twice.json.reason], [400, 'request.malformed', 'duplicate_cookie'])
  const headers = await latchkey.call('GET', '/access/session', { headers: { authorization: `${alice.token}, ${alice.token}` } })
  assert.deepEqual([headers.status, headers.json.reason], [400, 'duplicate_header'])
})

test('cookies of another name, case or version are none of ours', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const value = alice.session.split('=')[1]
  for (const name of ['__Host-latchkey_session', 'Latchkey_session', 'latchkey_session2', 'latchkey_session_', ' x', 'latchkey']) {
    const { json } = await latchkey.call('GET', '/access/session', { headers: { cookie: `${name}=${value}` } })
    assert.equal(json.reason, 'none', name)
  }
  const quoted = await latchkey.call('GET', '/access/session', { headers: { cookie: `a=1;latchkey_session="${value}" ;b` } })
  assert.equal(quoted.status, 200)
})

test('a remembered login alone reads nothing, but says that it can be turned into a session', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  for (const [method, path] of [
    ['GET', '/access/session'],
    ['GET', '/access/operations'],
    ['PATCH', '/access/session/data'],
    ['POST', `/access/logout/${alice.code}`],
  ] as const) {
    const { status, json } = await latchkey.call(method, path, { headers: { cookie: alice.remembered } })
    assert.deepEqual([status, json.code, json.reason, json.restorable], [401, 'session.required', 'none', true], path)
  }
  const nothing = await latchkey.call('GET', '/access/session')
  assert.deepEqual([nothing.json.reason, nothing.json.restorable], ['none', undefined])
  assert.equal(nothing.headers['www-authenticate'], 'Bearer')
})

test('a token mints no token', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const { status, json } = await latchkey.call('POST', '/access/token', { headers: { authorization: alice.token, cookie: alice.cookies } })
  assert.deepEqual([status, json.code], [401, 'session.required'])
})

test('a sign-in ends the lineage that was sent along, and nothing else', async () => {
  await using latchkey = await startInProcess()
  const first = await register(latchkey, { remember: true })
  const other = await login(latchkey)
  const again = await login(latchkey, {}, { headers: { cookie: first.cookies } })
  const reason = async (cookie: string) => (await latchkey.call('GET', '/access/session', { headers: { cookie } })).json.reason
  assert.equal(await reason(first.session), 'revoked')
  assert.equal((await latchkey.call('POST', '/access/token', { headers: { cookie: first.remembered } })).json.reason, 'revoked')
  assert.equal(await reason(other.session), undefined)
  assert.equal(await reason(again.session), undefined)
  assert.equal(again.jar.latchkey_remember, '', 'the cookie of the ended remembered login is expired')
})
