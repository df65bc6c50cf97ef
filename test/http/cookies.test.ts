// Cookies exactly as they are set: names, attributes, lifetimes, and how they are expired.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CookieJarClient } from '../support/cookie-jar-client.ts'
import { type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register, toSignedInUser } from '../support/users.ts'

const HTTPS = 'https://login.example.com'
const LOGIN = 'https://login.example.test'
const MONTH = 30 * 86_400
const YEAR = 365 * 86_400
const HTTP_ATTRIBUTES = ['HttpOnly', 'Path=/', 'SameSite=Lax']
const HTTPS_ATTRIBUTES = [...HTTP_ATTRIBUTES, 'Secure']

/** The cookies of a response by name, with sorted attributes and without values. */
function cookiesOf(answer: InProcessResponse): Record<string, readonly string[]> {
  const parted = answer.cookies.map((cookie) => cookie.split('; '))
  return Object.fromEntries(parted.map(([pair = '', ...attributes]) => [pair.split('=')[0], attributes.sort()]))
}

function aged(seconds: number, attributes: readonly string[]): readonly string[] {
  return [...attributes, `Max-Age=${seconds}`].sort()
}

function https(settings: Parameters<typeof startInProcess>[0] = {}): Promise<InProcess> {
  return startInProcess({ publicUrl: HTTPS, ...settings }, { publicUrl: HTTPS })
}

function signIn(latchkey: InProcess, body: Readonly<Record<string, unknown>> = {}): Promise<InProcessResponse> {
  return latchkey.call('POST', '/access/register', { body: { ...ALICE, ...body } })
}

test('over http cookies have no prefix, the session cookie no Max-Age, the remember-me cookie its lifetime', async () => {
  await using latchkey = await startInProcess()
  assert.deepEqual(cookiesOf(await signIn(latchkey, { remember: true })), {
    latchkey_session: HTTP_ATTRIBUTES,
    latchkey_remember: aged(MONTH, HTTP_ATTRIBUTES),
    latchkey_known: aged(YEAR, HTTP_ATTRIBUTES),
  })
})

test('over https the cookies are Secure and bound to this host', async () => {
  await using latchkey = await https({ rememberLifetime: '7d' })
  const answer = await signIn(latchkey, { remember: true })
  assert.deepEqual(cookiesOf(answer), {
    '__Host-latchkey_session': HTTPS_ATTRIBUTES,
    '__Host-latchkey_remember': aged(7 * 86_400, HTTPS_ATTRIBUTES),
    '__Host-latchkey_known': aged(YEAR, HTTPS_ATTRIBUTES),
  })
  const { token, cookies } = toSignedInUser(answer, 201)
  const sealed = await latchkey.call('PUT', '/access/client-data', { headers: { authorization: token }, body: { data: { a: 1 } } })
  assert.deepEqual(cookiesOf(sealed), { '__Host-latchkey_data': HTTPS_ATTRIBUTES })
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: cookies } })).status, 200)
  const unprefixed = cookies.replaceAll('__Host-', '')
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: unprefixed } })).status, 401)
})

test('without remember-me no remember-me cookie is set', async () => {
  await using latchkey = await startInProcess()
  assert.deepEqual(Object.keys(cookiesOf(await signIn(latchkey))), ['latchkey_session', 'latchkey_known'])
})

test('with a cookie domain the cookies have that Domain and the prefix __Secure-', async () => {
  await using latchkey = await https({ cookieDomain: 'example.com' })
  const attributes = ['Domain=example.com', ...HTTPS_ATTRIBUTES]
  const answer = await signIn(latchkey, { remember: true })
  assert.deepEqual(cookiesOf(answer), {
    '__Secure-latchkey_session': attributes,
    '__Secure-latchkey_remember': aged(MONTH, attributes),
    '__Host-latchkey_pair': aged(MONTH, HTTPS_ATTRIBUTES),
    '__Host-latchkey_known': aged(YEAR, HTTPS_ATTRIBUTES),
  })
  const alice = toSignedInUser(answer, 201)
  const { cookies } = await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  for (const purpose of ['session', 'remember', 'data']) {
    const expired = cookies.filter((cookie) => cookie.startsWith(`__Secure-latchkey_${purpose}=;`))
    assert.deepEqual(expired.map((cookie) => cookie.includes('Domain=example.com')).sort(), [false, true], purpose)
  }
  assert.ok(cookies.some((cookie) => cookie.startsWith('__Host-latchkey_pair=; ')))
})

test('for applications on another site the cookies are partitioned', async () => {
  await using latchkey = await https({ cookieSameSite: 'none' })
  const attributes = ['HttpOnly', 'Partitioned', 'Path=/', 'SameSite=None', 'Secure']
  assert.deepEqual(cookiesOf(await signIn(latchkey))['__Host-latchkey_session'], attributes)
})

test('SameSite=strict applies to every cookie', async () => {
  await using latchkey = await startInProcess({ cookieSameSite: 'strict' })
  for (const attributes of Object.values(cookiesOf(await signIn(latchkey, { remember: true }))))
    assert.ok(attributes.includes('SameSite=Strict'))
})

test('with delivery by header no cookie is set, at registration, login, renewal and change of password', async () => {
  await using latchkey = await startInProcess()
  const registered = await signIn(latchkey, { delivery: 'header' })
  const loggedIn = await latchkey.call('POST', '/access/login', { body: { ...ALICE, delivery: 'header' } })
  const headers = { authorization: `Session ${loggedIn.json.sessionCredential}` }
  const minted = await latchkey.call('POST', '/access/token', { headers })
  const body = { current: ALICE.password, next: 'red-heron-over-9-lakes' }
  const changed = await latchkey.call('POST', '/access/password', { headers, body })
  for (const answer of [registered, loggedIn, minted, changed]) assert.deepEqual(answer.cookies, [])
  assert.match(changed.json.sessionCredential, /^[\w-]{22}\.[\w-]+$/)
})

test('a token sets no cookie; a resumed session sets a session cookie and the rotated remember-me cookie with its remaining lifetime', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const minted = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.cookies } })
  assert.deepEqual(minted.cookies, [])
  latchkey.clock.advance(10 * 86_400_000)
  const resumed = await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })
  assert.deepEqual(cookiesOf(resumed), {
    latchkey_session: HTTP_ATTRIBUTES,
    latchkey_remember: aged(20 * 86_400, HTTP_ATTRIBUTES),
  })
})

test('logout and account deletion expire every cookie but the known-device cookie', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const expired = [...aged(0, HTTP_ATTRIBUTES), 'Expires=Thu, 01 Jan 1970 00:00:00 GMT'].sort()
  const expected = { latchkey_session: expired, latchkey_remember: expired, latchkey_data: expired }
  const out = await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  assert.deepEqual(cookiesOf(out), expected)
  assert.equal(out.cookies.length, 3, 'each is expired once')
  assert.deepEqual(Object.values(out.jar), ['', '', ''])
  const again = await login(latchkey)
  const body = { password: ALICE.password }
  const deleted = await latchkey.call('DELETE', '/access/account', { headers: { authorization: again.token }, body })
  assert.deepEqual(cookiesOf(deleted), expected)
})

test('a sign-in without remember-me expires the remember-me cookie of the request', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const answer = await latchkey.call('POST', '/access/login', { headers: { cookie: alice.cookies }, body: ALICE })
  assert.equal(answer.jar.latchkey_remember, '')
  assert.notEqual(answer.jar.latchkey_session, '')
})

test('a known device stays known across sign-ins of several users', async () => {
  await using latchkey = await startInProcess({ loginLimit: '1/5m' })
  const alice = await register(latchkey)
  const bob = await register(latchkey, { username: 'Bob' }, { headers: { cookie: alice.cookies } })
  const wrong = { body: { ...ALICE, password: 'not-this-one-at-all' } }
  await latchkey.call('POST', '/access/login', wrong)
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 429)
  const known = { cookie: `latchkey_known=${bob.jar.latchkey_known}` }
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE, headers: known })).status, 200)
})

test('LATCHKEY_COOKIE_NAME is the stem of every cookie, with every prefix', async () => {
  await using plain = await startInProcess({ cookieName: 'staff-2' })
  await using secure = await https({ cookieName: 'staff-2', cookieDomain: 'example.com' })
  const names = async (latchkey: InProcess) => {
    const answer = await signIn(latchkey, { remember: true })
    const { token } = toSignedInUser(answer, 201)
    const put = await latchkey.call('PUT', '/access/client-data', { headers: { authorization: token }, body: { data: { a: 1 } } })
    const page = await latchkey.call('GET', '/sign-in?lang=en')
    return [answer, put, page].flatMap((one) => Object.keys(one.jar))
  }
  assert.deepEqual(
    await names(plain),
    ['session', 'remember', 'known', 'data', 'language'].map((purpose) => `staff-2_${purpose}`),
  )
  assert.deepEqual(await names(secure), [
    '__Secure-staff-2_session',
    '__Secure-staff-2_remember',
    '__Host-staff-2_pair',
    '__Host-staff-2_known',
    '__Secure-staff-2_data',
    'staff-2_language',
  ])
  const { components } = (await secure.call('GET', '/openapi.json')).json
  assert.equal(components.securitySchemes.sessionCookie.name, '__Secure-staff-2_session')
})

test('two deployments on one host with different cookie names do not interfere', async () => {
  await using shop = await startInProcess({}, { publicUrl: 'http://localhost:3000' })
  await using staff = await startInProcess({ cookieName: 'staff' }, { publicUrl: 'http://localhost:3001' })
  const browser = new CookieJarClient()
  const both = [shop, staff]
  const tokens = new Map<InProcess, string>()
  for (const latchkey of both) {
    const answer = await browser.call(latchkey, 'POST', '/access/register', { body: { ...ALICE, remember: true } })
    assert.equal(answer.status, 201)
    tokens.set(latchkey, answer.json.token)
  }
  for (const latchkey of both) assert.equal((await browser.call(latchkey, 'GET', '/access/session')).status, 200)
  for (const latchkey of both) assert.equal((await browser.call(latchkey, 'POST', '/access/token')).status, 200)
  const out = await browser.call(staff, 'GET', '/access/session')
  const headers = { authorization: tokens.get(staff) ?? '' }
  assert.equal((await browser.call(staff, 'POST', `/access/logout/${out.json.user.id}`, { headers })).status, 200)
  assert.equal((await browser.call(staff, 'GET', '/access/session')).status, 401)
  assert.equal((await browser.call(shop, 'GET', '/access/session')).status, 200)
})

test('a sign-out expires cookies of earlier settings: another prefix, another domain', async () => {
  await using latchkey = await startInProcess({ publicUrl: LOGIN, cookieDomain: 'example.test' }, { publicUrl: LOGIN })
  const browser = new CookieJarClient()
  const old = 'A'.repeat(22)
  await browser.setCookie(`__Host-latchkey_session=${old}; Secure; Path=/`, LOGIN)
  await browser.setCookie(`latchkey_remember=${old}; Secure; Path=/; Domain=login.example.test`, LOGIN)
  await browser.setCookie(`__Secure-latchkey_data=${old}; Secure; Path=/; Domain=login.example.test`, LOGIN)
  await browser.setCookie('other_session=theirs; Path=/', LOGIN)
  const { json } = await browser.call(latchkey, 'POST', '/access/register', { body: { ...ALICE, remember: true } })
  const out = await browser.call(latchkey, 'POST', `/access/logout/${json.user.id}`, { headers: { authorization: json.token } })
  assert.equal(out.status, 200)
  assert.deepEqual(await browser.names(LOGIN), ['__Host-latchkey_known', 'other_session'])
})
