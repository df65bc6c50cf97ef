// Forward authentication for Caddy, Traefik and nginx.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'
import { assertRefused } from './support.ts'

const PATH = '/access/verify'
const PAGE = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/shop?a=1&b=2', accept: 'text/html,*/*' }
const RETURN = 'http://localhost:3000/sign-in?return=%2Fshop%3Fa%3D1%26b%3D2'

function ask(latchkey: InProcess, headers: Readonly<Record<string, string>>) {
  return latchkey.call('GET', PATH, { headers })
}

test('returns the signed-in user to the proxy, by cookie, token or session in the header', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const cora = await latchkey.call('POST', '/access/register', { body: { ...ALICE, username: 'Cora', delivery: 'header' } })
  const cases = [
    [{ cookie: alice.session, 'x-forwarded-method': 'GET' }, 'Alice', alice.userId, alice.sid],
    [{ authorization: alice.token }, 'Alice', alice.userId, alice.sid],
    [{ authorization: `Bearer ${alice.token}`, 'x-original-method': 'DELETE' }, 'Alice', alice.userId, alice.sid],
    [{ authorization: `Session ${cora.json.sessionCredential}` }, 'Cora', cora.json.user.id, cora.json.session.id],
  ] as const
  for (const [headers, name, userId, sid] of cases) {
    const answer = await ask(latchkey, headers)
    assert.equal(answer.status, 204)
    assert.equal(answer.body, null)
    assert.deepEqual(
      [answer.headers['remote-user'], answer.headers['remote-user-id'], answer.headers['remote-session']],
      [name, userId, sid],
    )
  }
})

test('a non-ASCII username is percent-encoded in UTF-8', async () => {
  await using latchkey = await startInProcess()
  for (const username of ['Straße', '小明同学', 'محمد', 'plain.name_with-marks']) {
    const { token } = await register(latchkey, { username })
    const sent = (await ask(latchkey, { authorization: token })).headers['remote-user'] ?? ''
    assert.match(sent, /^[!-~]+$/)
    assert.equal(decodeURIComponent(sent), username)
  }
})

test('a cookie alone is enough for safe methods only, and not without a method', async () => {
  await using latchkey = await startInProcess()
  const { session: cookie, token } = await register(latchkey)
  for (const name of ['x-forwarded-method', 'x-original-method']) {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'get']) assert.equal((await ask(latchkey, { cookie, [name]: method })).status, 204)
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', '', 'GETX', 'GET POST', 'GET,POST']) {
      assertRefused(await ask(latchkey, { cookie, [name]: method }), 403, 'csrf.header_required')
      assert.equal((await ask(latchkey, { authorization: token, [name]: method })).status, 204)
    }
  }
  assertRefused(await ask(latchkey, { cookie }), 403, 'csrf.header_required')
})

test('of two named methods the stricter counts', async () => {
  await using latchkey = await startInProcess()
  const { session: cookie } = await register(latchkey)
  for (const [one, other] of [
    ['GET', 'POST'],
    ['POST', 'GET'],
    ['POST', 'DELETE'],
  ] as const) {
    const both = { 'x-forwarded-method': one, 'x-original-method': other }
    assertRefused(await ask(latchkey, { cookie, ...both }), 403, 'csrf.header_required')
    assertRefused(await ask(latchkey, { ...PAGE, ...both }), 401, 'session.required', { reason: 'none' })
  }
  assert.equal((await ask(latchkey, { cookie, 'x-forwarded-method': 'GET', 'x-original-method': 'HEAD' })).status, 204)
})

test('a duplicate forwarding header is malformed, with and without a credential', async () => {
  await using latchkey = await startInProcess()
  const { session: cookie, token: authorization } = await register(latchkey)
  for (const name of ['x-forwarded-method', 'x-original-method', 'x-forwarded-uri', 'x-original-uri'])
    for (const credential of [{ cookie }, { authorization }, {}])
      assertRefused(await ask(latchkey, { ...PAGE, ...credential, [name]: 'GET, GET' }), 400, 'request.malformed', {
        reason: 'duplicate_header',
      })
})

test('a browser is redirected to sign in and back, whatever was wrong with the credential', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  for (const credential of [{}, { cookie: alice.remembered }, { cookie: 'latchkey_session=abc.def' }, { authorization: 'Bearer a.b.c' }]) {
    const answer = await ask(latchkey, { ...PAGE, ...credential } as Record<string, string>)
    assert.equal(answer.status, 303)
    assert.equal(answer.headers.location, RETURN)
    assert.equal(answer.body, null)
    assert.deepEqual(answer.cookies, [])
  }
})

test('a request that is no page navigation gets 401 without Location', async () => {
  await using latchkey = await startInProcess()
  const none = { reason: 'none' }
  const { accept: _, ...noAccept } = PAGE
  const requests = [
    { ...PAGE, accept: 'application/json' },
    { ...PAGE, 'x-forwarded-method': 'POST' },
    { ...PAGE, 'x-forwarded-method': 'HEAD' },
  ]
  const { 'x-forwarded-uri': __, ...noUri } = PAGE
  for (const headers of [...requests, noAccept, noUri, {}] as readonly Record<string, string>[]) {
    const answer = await ask(latchkey, headers)
    assertRefused(answer, 401, 'session.required', none)
    assert.equal(answer.headers.location, undefined)
  }
})

test('a page with X-Original-Method and X-Forwarded-Uri is redirected too', async () => {
  await using latchkey = await startInProcess()
  const { 'x-forwarded-method': method, ...rest } = PAGE
  assert.equal((await ask(latchkey, { ...rest, 'x-original-method': method })).status, 303)
})

test('nginx gets 401 with the Location of the sign-in page', async () => {
  await using latchkey = await startInProcess()
  const headers = { 'x-original-method': 'GET', 'x-original-uri': '/shop?a=1&b=2', accept: 'text/html' }
  const answer = await ask(latchkey, headers)
  assertRefused(answer, 401, 'session.required', { reason: 'none' })
  assert.equal(answer.headers.location, RETURN)
  assert.equal(answer.headers['www-authenticate'], 'Bearer')
})

test('a refusal for a missing header credential is never a redirect', async () => {
  await using latchkey = await startInProcess()
  const { session: cookie } = await register(latchkey)
  const answer = await ask(latchkey, { ...PAGE, cookie, 'x-forwarded-method': 'POST' })
  assertRefused(answer, 403, 'csrf.header_required')
  assert.equal(answer.headers.location, undefined)
})

test('the return URL names another host only where that origin is allowed', async () => {
  await using latchkey = await startInProcess({ allowedOrigins: ['https://shop.example.com'] })
  const back = async (proto: string, host: string) => {
    const { headers } = await ask(latchkey, { ...PAGE, 'x-forwarded-proto': proto, 'x-forwarded-host': host })
    return new URL(headers.location ?? '').searchParams.get('return')
  }
  assert.equal(await back('https', 'shop.example.com'), 'https://shop.example.com/shop?a=1&b=2')
  for (const [proto, host] of [
    ['http', 'shop.example.com'],
    ['https', 'evil.test'],
    ['https', 'shop.example.com.evil.test'],
    ['https', 'shop.example.com, evil.test'],
    ['javascript', 'shop.example.com'],
  ] as const)
    assert.equal(await back(proto, host), '/shop?a=1&b=2')
})

test('the redirect leads to our own sign-in page, whatever the URI', async () => {
  await using latchkey = await startInProcess()
  for (const uri of ['//evil.test/', 'https://evil.test/', '/\\evil.test', '/a\r\nSet-Cookie: x=y', '/#', '/?return=x&y', '', '/é']) {
    const { status, headers } = await ask(latchkey, { ...PAGE, 'x-forwarded-uri': uri })
    assert.equal(status, 303)
    assert.match(headers.location ?? '', /^http:\/\/localhost:3000\/sign-in\?return=[\w.~%!'()*-]*$/)
  }
})

test('a request touches the session, and a passive one does not', async () => {
  await using latchkey = await startInProcess()
  const { session: cookie } = await register(latchkey)
  const headers = { cookie, 'x-forwarded-method': 'GET' }
  latchkey.clock.advance(15 * 60_000)
  assert.equal((await ask(latchkey, headers)).status, 204)
  latchkey.clock.advance(15 * 60_000)
  assert.equal((await ask(latchkey, { ...headers, 'x-latchkey-passive': '1' })).status, 204)
  latchkey.clock.advance(5 * 60_000)
  assertRefused(await ask(latchkey, headers), 401, 'session.required', { reason: 'idle' })
})
