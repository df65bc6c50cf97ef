// The full flow of one user against a real server, with an independent cookie jar: from registration
// to logout everywhere.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createLocalJWKSet, createRemoteJWKSet, jwtVerify } from 'jose'
import { type RunningServer, startServer } from '../support/server.ts'
import { request } from '../support/test-client.ts'
import { Browser } from './browser.ts'

const USER = { username: 'Dora', password: 'blue-tulip-under-7-moons' } as const
const NEXT = 'seven-grey-herons-at-dusk'
const APP = 'https://app.example.com'

/** The application's page: holds only the token, in memory. */
interface Page {
  token: string
  userId: string
  sid: string
}

async function signIn(browser: Browser, page: Page, body: object, path = '/access/login'): Promise<void> {
  const { status, json, text } = await browser.visit('POST', path, { body })
  assert.equal(status, path === '/access/register' ? 201 : 200, text)
  Object.assign(page, { token: json.token, userId: json.user.id, sid: json.session.id })
}

test('one user in one browser, from registration to logout everywhere', async (t) => {
  await using server: RunningServer = await startServer({ env: { LATCHKEY_ALLOWED_ORIGINS: APP } })
  const { url, publicUrl } = server
  const browser = new Browser(url, publicUrl)
  const page: Page = { token: '', userId: '', sid: '' }
  const bare = () => ({ authorization: page.token })

  await t.test('Registration sets a session and a remember-me cookie, which reveal nothing about the user', async () => {
    await signIn(browser, page, { ...USER, remember: true }, '/access/register')
    assert.deepEqual(await browser.cookies(), ['latchkey_known, kept', 'latchkey_remember, kept', 'latchkey_session'])
    for (const name of ['latchkey_session', 'latchkey_remember', 'latchkey_known']) {
      const value = await browser.cookie(name)
      const decoded = value + Buffer.from(value.replaceAll('.', ''), 'base64url').toString('latin1')
      for (const secret of [USER.username.toLowerCase(), USER.password, page.userId]) assert.ok(!decoded.toLowerCase().includes(secret))
    }
  })

  await t.test('The cookie identifies the user', async () => {
    const { status, json } = await browser.visit('GET', '/access/session')
    assert.deepEqual([status, json.via, json.user.username, json.session.id], [200, 'cookie', 'Dora', page.sid])
  })

  await t.test('The token in the body is accepted bare, and after Bearer', async () => {
    for (const authorization of [page.token, `Bearer ${page.token}`]) {
      assert.equal((await request(url, 'GET', '/access/session', { headers: { authorization } })).json.via, 'token')
    }
  })

  await t.test('The public keys verify the token without the server', async () => {
    const options = { issuer: publicUrl, audience: publicUrl, typ: 'at+jwt', algorithms: ['EdDSA'] }
    const remote = createRemoteJWKSet(new URL('/.well-known/jwks.json', url))
    assert.equal((await jwtVerify(page.token, remote, options)).payload.sub, page.userId)
    const once = createLocalJWKSet((await request(url, 'GET', '/.well-known/jwks.json')).json)
    assert.equal((await jwtVerify(page.token, once, options)).payload.sid, page.sid)
  })

  await t.test('A cookie alone changes nothing, by URL, form or script', async () => {
    for (const [method, path] of [
      ['GET', `/access/logout/${page.userId}`],
      ['POST', `/access/logout/${page.userId}?everywhere=true`],
      ['DELETE', `/access/sessions/${page.sid}`],
      ['POST', '/access/password'],
      ['DELETE', '/access/account'],
    ] as const) {
      const { status, json } = await browser.visit(method, path)
      assert.deepEqual([status, json.code], [403, 'csrf.header_required'], `${method} ${path}`)
    }
    const elsewhere = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
    for (const path of ['/access/token', '/access/login', '/access/register']) {
      const { status, json, headers } = await browser.visit('POST', path, { headers: elsewhere, body: USER })
      assert.deepEqual([status, json.code], [403, 'origin.denied'])
      assert.equal(headers.get('access-control-allow-origin'), null)
    }
    assert.equal((await browser.visit('GET', '/access/session')).json.session.id, page.sid)
  })

  await t.test('Session data written by one script is read by another, and a conflict is refused', async () => {
    const first = await browser.visit('PATCH', '/access/session/data', { headers: bare(), body: { basket: ['tea'], step: 1 } })
    const tag = first.headers.get('etag') ?? ''
    assert.equal(tag, `"${first.json.version}"`)
    const script = await request(url, 'PATCH', '/access/session/data', { headers: { ...bare(), 'if-match': tag }, body: { step: null } })
    assert.deepEqual(script.json.data, { basket: ['tea'] })
    const late = await browser.visit('PATCH', '/access/session/data', { headers: { ...bare(), 'if-match': tag }, body: { step: 2 } })
    assert.deepEqual([late.status, late.json.code], [412, 'data.conflict'])
    assert.deepEqual((await browser.visit('GET', '/access/session/data')).json, script.json)
  })

  await t.test('Client data is in a cookie that only the server can read', async () => {
    const data = { theme: 'dark' }
    assert.equal((await browser.visit('PUT', '/access/client-data', { headers: bare(), body: { data } })).status, 200)
    assert.ok(!(await browser.cookie('latchkey_data')).includes('dark'))
    assert.deepEqual((await browser.visit('GET', '/access/client-data')).json, { data })
  })

  await t.test('An application on an allowed origin can call the API: preflight, credentials, exposed headers', async () => {
    const requested = { origin: APP, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization,if-match' }
    const preflight = await request(url, 'OPTIONS', '/access/session/data', { headers: requested })
    assert.equal(preflight.status, 204)
    assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /Authorization.*If-Match/)
    const headers = { ...bare(), origin: APP, 'sec-fetch-site': 'cross-site' }
    const { status, headers: received } = await request(url, 'PATCH', '/access/session/data', { headers, body: { from: 'app' } })
    assert.equal(status, 200)
    assert.equal(received.get('access-control-allow-origin'), APP)
    assert.equal(received.get('access-control-allow-credentials'), 'true')
    assert.match(received.get('vary') ?? '', /Origin/)
  })

  await t.test('The audit log contains the application’s events and our own', async () => {
    const order = { action: 'order.placed', detail: { number: 7 } }
    assert.equal((await browser.visit('POST', '/access/audit-events', { headers: bare(), body: order })).status, 201)
    const { json } = await browser.visit('GET', '/access/audit-events')
    assert.deepEqual(
      json.events.map(({ action }: { action: string }) => action),
      ['order.placed', 'account.register'],
    )
  })

  await t.test('After a browser restart the remember-me login resumes a session', async () => {
    const before = { ...page, remembered: await browser.cookie('latchkey_remember') }
    await browser.restart()
    assert.deepEqual(await browser.cookies(), ['latchkey_known, kept', 'latchkey_remember, kept'])
    const first = await browser.visit('GET', '/access/session')
    assert.deepEqual([first.status, first.json.reason, first.json.refreshable], [401, 'none', true])
    await signIn(browser, page, {}, '/access/token')
    assert.notEqual(page.sid, before.sid)
    assert.equal(page.userId, before.userId)
    assert.notEqual(await browser.cookie('latchkey_remember'), before.remembered, 'it was rotated')
    assert.equal((await browser.visit('GET', '/access/session')).json.session.remembered, true)
    assert.deepEqual((await browser.visit('GET', '/access/session/data')).json.data, {}, 'a new session begins empty')
  })

  await t.test('A script with delivery by header gets its session in the body, and no cookie', async () => {
    const { json, headers } = await request(url, 'POST', '/access/login', { body: { ...USER, delivery: 'header' } })
    assert.deepEqual(headers.getSetCookie(), [])
    const authorization = `Session ${json.sessionCredential}`
    assert.equal((await request(url, 'GET', '/access/session', { headers: { authorization } })).json.via, 'header')
    const { json: listed } = await browser.visit('GET', '/access/sessions')
    assert.ok(listed.some(({ id, current }: { id: string; current: boolean }) => id === json.session.id && !current))
    const ended = await browser.visit('DELETE', `/access/sessions/${json.session.id}`, { headers: bare() })
    assert.deepEqual(ended.json, { ended: { sessions: 1, rememberMe: 0 } })
    assert.equal((await request(url, 'GET', '/access/session', { headers: { authorization } })).json.reason, 'revoked')
  })

  await t.test('A password change revokes earlier credentials, and renews the current session', async () => {
    const body = { current: USER.password, next: NEXT }
    const old = { ...bare() }
    const changed = await browser.visit('POST', '/access/password', { headers: old, body })
    assert.equal(changed.status, 200, changed.text)
    page.token = changed.json.token
    assert.deepEqual(await browser.cookies(), ['latchkey_known, kept', 'latchkey_session'])
    assert.equal((await browser.visit('GET', '/access/session')).status, 200)
    assert.equal((await request(url, 'GET', '/access/session', { headers: old })).json.reason, 'session_ended')
    assert.equal((await browser.visit('POST', '/access/login', { body: USER })).json.code, 'credentials.invalid')
  })

  for (const method of ['GET', 'POST'] as const) {
    await t.test(`After logout by ${method} the cookie, remember-me login and token are refused at once`, async () => {
      await signIn(browser, page, { ...USER, password: NEXT, remember: true })
      const remembered = `latchkey_remember=${await browser.cookie('latchkey_remember')}`
      const session = `latchkey_session=${await browser.cookie('latchkey_session')}`
      const out = await browser.visit(method, `/access/logout/${page.userId}?everywhere=true`, { headers: bare() })
      assert.equal(out.status, 200)
      assert.equal(out.json.ended.rememberMe, 1)
      assert.equal(out.headers.get('clear-site-data'), '"cookies", "storage"')
      assert.deepEqual(await browser.cookies(), ['latchkey_known, kept'])
      assert.equal((await request(url, 'GET', '/access/session', { headers: bare() })).json.reason, 'session_ended')
      assert.equal((await request(url, 'GET', '/access/session', { headers: { cookie: session } })).json.reason, 'revoked')
      assert.equal((await request(url, 'POST', '/access/token', { headers: { cookie: remembered } })).json.reason, 'revoked')
    })
  }
})
