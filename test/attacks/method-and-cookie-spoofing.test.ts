// Method overrides and planted cookies: neither changes the method, the user or the session of a request.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cookieHeader, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/users.ts'

const MALLORY = { username: 'mallory', password: 'five-rusty-anchors-in-march' }

test('only the request line decides the method: no header or parameter overrides it', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  for (const name of ['x-http-method-override', 'x-http-method', 'x-method-override', '_method']) {
    const headers = { authorization: alice.token, [name]: 'DELETE' }
    assert.equal((await latchkey.call('GET', '/access/sessions?except=current&_method=DELETE', { headers })).status, 200, name)
    assert.equal((await latchkey.call('POST', '/access/account', { headers, body: { password: ALICE.password } })).status, 405, name)
  }
  for (const name of ['x-original-url', 'x-rewrite-url', 'x-forwarded-prefix']) {
    const { status } = await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session, [name]: '/livez' } })
    assert.equal(status, 200, name)
  }
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).json.user.id, alice.userId)
})

test('only a cookie of exactly our name counts, including its prefix', async () => {
  const publicUrl = 'https://login.example.com'
  await using latchkey = await startInProcess({}, { publicUrl })
  const { json, jar } = await latchkey.call('POST', '/access/register', { body: ALICE })
  const value = jar['__Host-latchkey_session'] ?? ''
  const ask = async (cookie: string) => (await latchkey.call('GET', '/access/session', { headers: { cookie } })).status
  assert.equal(await ask(`__Host-latchkey_session=${value}`), 200)
  for (const name of [
    'latchkey_session',
    '__Secure-latchkey_session',
    '__host-latchkey_session',
    '__Host-latchkey_Session',
    '__Host-latchkey_sessio',
  ]) {
    assert.equal(await ask(`${name}=${value}`), 401, name)
  }
  // Cookies of an earlier version or of another application do not matter.
  assert.equal(await ask(`latchkey_session=old; __Secure-latchkey_session=older; __Host-latchkey_session=${value}`), 200)
  for (const nothing of ['=', ';', '=;=', `=${value}`, `${value}`, '__Host-latchkey_session', '__Host-latchkey_session=', ';;;', 'a=b=c']) {
    assert.equal(await ask(nothing), 401, nothing)
  }
  assert.equal(json.user.username, 'Alice')
})

test('a planted session cookie never becomes the session of the user who signs in', async () => {
  await using latchkey = await startInProcess()
  const mallory = await register(latchkey, MALLORY, {})
  const planted = cookieHeader(mallory.jar)
  const alice = await register(latchkey, { remember: true }, { headers: { cookie: planted } })
  assert.notEqual(alice.sid, mallory.sid)
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: mallory.session } })).status, 401)
  const again = await login(latchkey, {}, { headers: { authorization: `Session ${alice.session.split('=')[1]}` } })
  assert.notEqual(again.sid, alice.sid)
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).json.reason, 'revoked')
})
