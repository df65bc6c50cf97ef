// Duplicate cookies, from a parent domain, an older deployment or an attacker: the genuine one counts, if there is exactly one;
// it is set again, the others are expired, and pages are served in any case.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import type { SettingInputs } from '../../src/settings.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { CookieJarClient } from '../support/cookie-jar-client.ts'
import { type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/users.ts'
import { assertRefused, codeOrStatus } from './support.ts'

const SESSION = '/access/session'
const JUNK = `${'A'.repeat(22)}.${'B'.repeat(64)}`
const EXPIRED = /^[\w-]+=; Max-Age=0;/

function callWithCookie(latchkey: InProcess, cookie: string, path = SESSION): Promise<InProcessResponse> {
  return latchkey.call('GET', path, { headers: { cookie } })
}

function cookieValue(pair: string): string {
  return pair.slice(pair.indexOf('=') + 1)
}

/** The Set-Cookie values that expire this name: Domain and Path of each. */
function expiredOf({ cookies }: InProcessResponse, name: string): readonly string[] {
  return cookies
    .filter((cookie) => cookie.startsWith(`${name}=`) && EXPIRED.test(cookie))
    .map((cookie) => {
      const scope = `${/Domain=([^;]+)/.exec(cookie)?.[1] ?? 'this host'} ${/Path=([^;]+)/.exec(cookie)?.[1]}`
      return cookie.includes('; Partitioned') ? `${scope} in a partition` : scope
    })
    .sort()
}

function setOf({ cookies }: InProcessResponse, name: string): readonly string[] {
  return cookies.filter((cookie) => cookie.startsWith(`${name}=`) && !EXPIRED.test(cookie))
}

function at(url: string, settings: SettingInputs = {}, store?: Store): Promise<InProcess> {
  return startInProcess({ publicUrl: url, ...settings }, { publicUrl: url, ...(store && { store }) })
}

test('one genuine session cookie among others counts, in any order and among any number of invalid ones', async () => {
  await using latchkey = await startInProcess()
  const { session } = await register(latchkey)
  const made = Array.from({ length: 40 }, (_, index) => `latchkey_session=${String(index).padStart(22, 'A')}.${'B'.repeat(64)}`)
  for (const others of [['latchkey_session='], ['latchkey_session=x.y'], [`latchkey_session=${JUNK}`], ['latchkey_session="'], made]) {
    for (const cookie of [
      [session, ...others],
      [...others, session],
    ]) {
      const answer = await callWithCookie(latchkey, cookie.join('; '))
      assert.equal(answer.status, 200, `${others[0]}`)
      assert.deepEqual(setOf(answer, 'latchkey_session'), [`${session}; Path=/; HttpOnly; SameSite=Lax`], 'set again in the same response')
    }
  }
})

test('the genuine one is set again, and the others are expired on this host and each parent domain', async () => {
  await using latchkey = await at('http://login.staging.example.test')
  const { session } = await register(latchkey)
  const answer = await callWithCookie(latchkey, `latchkey_session=${JUNK}; ${session}`)
  assert.equal(answer.status, 200)
  const domains = ['example.test', 'login.staging.example.test', 'staging.example.test', 'this host']
  assert.deepEqual(
    expiredOf(answer, 'latchkey_session'),
    domains.flatMap((domain) => (domain === 'this host' ? ['this host /access'] : [`${domain} /`, `${domain} /access`])).sort(),
  )
  assert.ok(EXPIRED.test(answer.cookies[0] ?? '') && !EXPIRED.test(answer.cookies.at(-1) ?? ''), 'first expired, then set')
})

test('over https with a cookie domain the others are expired on this host too', async () => {
  await using latchkey = await at('https://login.example.test', { cookieDomain: 'example.test' })
  const { session, jar } = await register(latchkey)
  const answer = await callWithCookie(
    latchkey,
    `__Secure-latchkey_session=${JUNK}; ${session}; __Host-latchkey_pair=${jar['__Host-latchkey_pair']}`,
  )
  assert.deepEqual(
    setOf(answer, '__Secure-latchkey_session').map((cookie) => cookie.includes('; Domain=example.test; ')),
    [true],
  )
  assert.deepEqual(expiredOf(answer, '__Secure-latchkey_session'), [
    'example.test / in a partition',
    'example.test /access',
    'login.example.test /',
    'login.example.test /access',
    'this host /',
    'this host / in a partition',
    'this host /access',
  ])
  for (const cookie of answer.cookies) assert.ok(cookie.includes('Secure'), cookie)
})

test('of two genuine ones none counts, nothing is set, pages are served, and a sign-in revokes both', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const bob = await register(latchkey, { username: 'Bob' })
  const cookie = `${alice.session}; ${bob.session}`
  assertRefused(await callWithCookie(latchkey, cookie), 401, 'session.required', { reason: 'none' })
  assertRefused(await latchkey.call('POST', '/access/token', { headers: { cookie } }), 401, 'session.required', { reason: 'none' })
  for (const path of ['/sign-in', '/register', '/signed-out', '/docs/errors']) {
    const page = await callWithCookie(latchkey, cookie, path)
    assert.deepEqual([page.status, page.headers['content-type'], page.cookies], [200, 'text/html; charset=utf-8', []], path)
  }
  assert.match((await callWithCookie(latchkey, cookie, '/account')).headers.location ?? '', /^\/sign-in\?/)
  const again = await login(latchkey, {}, { headers: { cookie } })
  for (const { session } of [alice, bob]) assert.equal(codeOrStatus(await callWithCookie(latchkey, session)), 'session.required')
  const all = await callWithCookie(latchkey, `${cookie}; ${again.session}`)
  assert.deepEqual([all.status, all.json.user.username], [200, 'Alice'])
})

test('a revoked one does not count beside a valid one, and alone it gives its reason', async () => {
  await using latchkey = await startInProcess()
  const old = await register(latchkey)
  await latchkey.call('POST', `/access/logout/${old.userId}`, { headers: { authorization: old.token } })
  const { session } = await login(latchkey)
  const answer = await callWithCookie(latchkey, `${old.session}; ${session}`)
  assert.deepEqual([answer.status, setOf(answer, 'latchkey_session').length], [200, 1])
  const revoked = await callWithCookie(latchkey, `${old.session}; latchkey_session=${JUNK}`)
  assertRefused(revoked, 401, 'session.required', { reason: 'revoked' })
})

test('the same value twice counts as one, and is set again', async () => {
  await using latchkey = await startInProcess()
  const { session } = await register(latchkey)
  const answer = await callWithCookie(latchkey, `${session}; a=1; ${session}`)
  assert.deepEqual([answer.status, setOf(answer, 'latchkey_session').length], [200, 1])
})

test('invalid duplicates cost no read, and genuine ones at most four', async () => {
  await using latchkey = await startInProcess()
  const users = []
  for (const username of ['Ann', 'Bea', 'Cat', 'Dan', 'Eve', 'Fay']) users.push(await register(latchkey, { username }))
  const made = Array.from({ length: 60 }, (_, index) => `latchkey_session=${String(index).padStart(22, 'A')}.${'B'.repeat(64)}`)
  latchkey.resetCounts()
  await callWithCookie(latchkey, made.join('; '))
  assert.equal(latchkey.counts.reads, 0)
  await callWithCookie(latchkey, [...made, ...users.slice(0, 4).map(({ session }) => session)].join('; '))
  assert.equal(latchkey.counts.reads, 4)
  latchkey.resetCounts()
  const six = await callWithCookie(latchkey, users.map(({ session }) => session).join('; '))
  assert.ok(latchkey.counts.reads <= 4)
  assertRefused(six, 401, 'session.required', { reason: 'none' })
})

test('of duplicate remember-me logins the genuine one starts a session and rotates', async () => {
  await using latchkey = await startInProcess()
  const { remembered } = await register(latchkey, { remember: true })
  const junk = `latchkey_remember=${'A'.repeat(22)}.${'C'.repeat(70)}`
  const cookie = `${junk}; ${remembered}`
  const waiting = await callWithCookie(latchkey, cookie)
  assert.deepEqual([waiting.status, waiting.json.reason, waiting.json.refreshable], [401, 'none', true])
  assert.deepEqual(setOf(waiting, 'latchkey_remember'), [`${remembered}; Max-Age=${30 * 86_400}; Path=/; HttpOnly; SameSite=Lax`])
  const resumed = await latchkey.call('POST', '/access/token', { headers: { cookie } })
  assert.equal(resumed.status, 200)
  const set = setOf(resumed, 'latchkey_remember')
  assert.equal(set.length, 1, 'the rotated one alone')
  assert.notEqual(resumed.jar.latchkey_remember, cookieValue(remembered))
})

test('an older remember-me value from another domain raises no alarm beside the current one', async () => {
  await using latchkey = await startInProcess()
  const first = await register(latchkey, { remember: true })
  const rotated = await latchkey.call('POST', '/access/token', { headers: { cookie: first.remembered } })
  await callWithCookie(latchkey, `latchkey_session=${rotated.jar.latchkey_session}`)
  latchkey.clock.advance(60_000)
  const cookie = `${first.remembered}; latchkey_remember=${rotated.jar.latchkey_remember}`
  const resumed = await latchkey.call('POST', '/access/token', { headers: { cookie } })
  assert.equal(resumed.status, 200, resumed.body ?? '')
})

test('an older remember-me value beside invalid ones is still suspected theft', async () => {
  await using latchkey = await startInProcess()
  const first = await register(latchkey, { remember: true })
  const rotated = await latchkey.call('POST', '/access/token', { headers: { cookie: first.remembered } })
  await callWithCookie(latchkey, `latchkey_session=${rotated.jar.latchkey_session}`)
  latchkey.clock.advance(60_000)
  const cookie = `${first.remembered}; latchkey_remember=${'A'.repeat(22)}.${'C'.repeat(70)}`
  const refused = await latchkey.call('POST', '/access/token', { headers: { cookie } })
  assert.equal(refused.json.reason, 'theft_suspected')
})

test('of duplicate data cookies the one that opens counts and is set again; of two, none', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const put = async (data: object) =>
    (await latchkey.call('PUT', '/access/client-data', { headers: { authorization: alice.token }, body: { data } })).jar.latchkey_data
  const [one, two] = [await put({ n: 1 }), await put({ n: 2 })]
  const read = (data: readonly (string | undefined)[]) =>
    callWithCookie(latchkey, [alice.session, ...data.map((value) => `latchkey_data=${value}`)].join('; '), '/access/client-data')
  const answer = await read(['junk', one])
  assert.deepEqual(answer.json, { data: { n: 1 } })
  assert.equal(setOf(answer, 'latchkey_data').length, 1)
  const unclear = await read([one, two])
  assert.deepEqual([unclear.json, unclear.cookies], [{ data: {} }, []])
  const headers = { authorization: alice.token, cookie: `latchkey_data=${one}; latchkey_data=${two}` }
  const replaced = await latchkey.call('PUT', '/access/client-data', { headers, body: { data: { n: 3 } } })
  assert.equal(setOf(replaced, 'latchkey_data').length, 1)
  assert.ok(expiredOf(replaced, 'latchkey_data').length > 0, 'the new cookie expires the others')
})

test('of duplicate known-device cookies the genuine one counts', async () => {
  await using latchkey = await startInProcess({ loginLimit: '1/5m' })
  const { jar } = await register(latchkey)
  const wrong = { body: { ...ALICE, password: 'not-this-one-at-all' } }
  await latchkey.call('POST', '/access/login', wrong)
  assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 429)
  const headers = { cookie: `latchkey_known=planted; latchkey_known=${jar.latchkey_known}` }
  assert.equal((await latchkey.call('POST', '/access/login', { headers, body: ALICE })).status, 200)
})

test('with a header credential duplicate session cookies are ignored and cost nothing', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const bob = await register(latchkey, { username: 'Bob' })
  latchkey.resetCounts()
  const headers = { authorization: alice.token, cookie: `${bob.session}; latchkey_session=${JUNK}` }
  const answer = await latchkey.call('GET', SESSION, { headers })
  assert.deepEqual([answer.json.user.username, answer.json.via, latchkey.counts.reads], ['Alice', 'token', 0])
  assertRefused(await latchkey.call('GET', SESSION, { headers: { ...headers, authorization: 'Bearer a.b.c' } }), 401, 'token.invalid', {
    reason: 'malformed',
  })
})

test('a cookie alone changes nothing, nor do duplicates', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { cookie: `${alice.session}; latchkey_session=${JUNK}` }
  assert.equal(codeOrStatus(await latchkey.call('POST', '/access/password', { headers, body: {} })), 'csrf.header_required')
  assert.equal(codeOrStatus(await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers })), 'csrf.header_required')
  assert.equal((await callWithCookie(latchkey, alice.session)).status, 200)
})

test('forward authentication resolves duplicates, but sets no cookies on the other host', async () => {
  await using latchkey = await startInProcess()
  const { session } = await register(latchkey)
  const headers = { cookie: `${session}; latchkey_session=${JUNK}`, 'x-forwarded-method': 'GET' }
  const answer = await latchkey.call('GET', '/access/verify', { headers })
  assert.deepEqual([answer.status, answer.headers['remote-user'], answer.cookies], [204, 'Alice', []])
})

test('a cookie with Path=/access, and one of a parent domain, are expired by the first response', async () => {
  await using latchkey = await at('http://login.example.test')
  const browser = new CookieJarClient()
  for (const planted of ['Domain=example.test; Path=/', 'Path=/access', 'Domain=example.test; Path=/access', 'Domain=login.example.test'])
    await browser.setCookie(`latchkey_session=${JUNK}; ${planted}`, `${latchkey.publicUrl}/access/login`)
  await browser.call(latchkey, 'POST', '/access/register', { body: ALICE })
  assert.equal((await browser.call(latchkey, 'GET', SESSION)).status, 200)
  assert.equal((await browser.values('latchkey_session', `${latchkey.publicUrl}${SESSION}`)).length, 1)
  assert.deepEqual((await browser.call(latchkey, 'GET', SESSION)).cookies, [])
})

test('a stale cookie in every request does not sign the user out', async () => {
  await using latchkey = await at('http://login.example.test')
  const browser = new CookieJarClient()
  const replant = () =>
    browser.setCookie(`latchkey_session=${JUNK}; Domain=example.test; Path=/access/session`, 'http://other.example.test/')
  await browser.call(latchkey, 'POST', '/access/register', { body: ALICE })
  for (let round = 0; round < 5; round += 1) {
    await replant()
    assert.equal((await browser.call(latchkey, 'GET', SESSION)).status, 200)
  }
})

test('a cookie of the previous secret counts while that secret is accepted', async () => {
  const [older, newer] = ['an-older-secret-of-32-bytes-or-more!', 'a-newer-secret-of-32-bytes-or-more!!']
  const store = createMemoryStore()
  const first = await startInProcess({ secret: older }, { store })
  const before = await register(first)
  const both = await startInProcess({ secret: [newer, older] }, { store })
  assert.equal((await callWithCookie(both, `latchkey_session=${JUNK}; ${before.session}`)).status, 200)
  const elsewhere = await startInProcess({ secret: newer })
  const { session } = await register(elsewhere, { username: 'Bob' })
  const answer = await callWithCookie(elsewhere, `${before.session}; ${session}`)
  assert.deepEqual([answer.status, answer.json.user.username], [200, 'Bob'], 'a cookie that does not open is ignored')
  for (const server of [first, both, elsewhere]) await server.engine.stop()
})

test('with SameSite=None the unpartitioned variant is expired, and a __Host- name on no domain', async () => {
  await using latchkey = await at('https://login.example.test', { cookieSameSite: 'none' })
  const { session } = await register(latchkey)
  const answer = await callWithCookie(latchkey, `__Host-latchkey_session=${JUNK}; ${session}`)
  assert.deepEqual(
    answer.cookies.map((cookie) => cookie.replace(/=[^;]{20,}/, '=value')),
    [
      '__Host-latchkey_session=; Max-Age=0; Path=/; Secure; SameSite=None',
      '__Host-latchkey_session=value; Path=/; HttpOnly; Secure; Partitioned; SameSite=None',
    ],
  )
})

test('while the store is down pages are served, and an unresolved cookie gives no access', async () => {
  const store = createMemoryStore()
  await using latchkey = await startInProcess({}, { store })
  const alice = await register(latchkey)
  const bob = await register(latchkey, { username: 'Bob' })
  const { find } = store.credentials
  store.credentials.find = () => Promise.reject(new StoreError('down'))
  Object.assign(latchkey.engine.store.credentials, { find: store.credentials.find })
  const cookie = `${alice.session}; ${bob.session}`
  assert.equal((await callWithCookie(latchkey, cookie, '/sign-in')).status, 200)
  assert.equal((await callWithCookie(latchkey, cookie, '/account')).status, 200)
  assertRefused(await callWithCookie(latchkey, cookie), 503, 'store.unavailable')
  store.credentials.find = find
})

test('a response that expires duplicates stays small enough for the buffers of proxies', async () => {
  await using latchkey = await at('https://a.b.c.d.login.staging.example.test', { cookieDomain: 'example.test' })
  const browser = new CookieJarClient()
  const names = ['session', 'remember', 'data'].map((purpose) => `__Secure-latchkey_${purpose}`)
  await browser.call(latchkey, 'POST', '/access/register', { body: { ...ALICE, remember: true } })
  for (const name of names)
    for (const domain of ['example.test', 'staging.example.test', 'login.staging.example.test', 'b.c.d.login.staging.example.test'])
      if (domain !== 'example.test') await browser.setCookie(`${name}=${JUNK}; Secure; Domain=${domain}; Path=/`, latchkey.publicUrl)
  for (let round = 0; round < 4; round += 1) {
    const answer = await browser.call(latchkey, 'GET', SESSION)
    assert.equal(answer.status, 200)
    assert.ok(answer.cookies.join('\r\nSet-Cookie: ').length < 3_000)
  }
  assert.deepEqual(await browser.names(`${latchkey.publicUrl}${SESSION}`), [
    '__Host-latchkey_known',
    '__Host-latchkey_pair',
    '__Secure-latchkey_data',
    '__Secure-latchkey_data',
    '__Secure-latchkey_data',
    '__Secure-latchkey_remember',
    '__Secure-latchkey_session',
  ])
})
