// Pages show the actual sign-in state: signed-out, sign-in, registration and account page.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { login, register } from '../support/users.ts'

const MINUTE = 60_000

/** The title of the signed-out page for each state, in both languages. */
const EXPECTED_STATES = {
  'signed-out': /You are signed out|您已退出登录/,
  session: /still signed in as Alice|您仍以 Alice 的身份登录/,
  remember_me: /will sign you in again as Alice|会再次以 Alice 的身份登录/,
  device_proof_missing: /You may still be signed in|您可能仍处于登录状态/,
  unknown: /We could not check whether|无法确定您是否已退出登录/,
} as const
type ExpectedState = keyof typeof EXPECTED_STATES

/** Asserts that the page shows this state and no other, in both languages, and is not cached. */
async function assertState(latchkey: InProcess, cookie: string, expected: ExpectedState, path = '/signed-out'): Promise<string> {
  let page = ''
  for (const language of ['zh-CN', 'en']) {
    const headers = { 'accept-language': language, ...(cookie === '' ? {} : { cookie }) }
    const response = await latchkey.call('GET', path, { headers })
    equal(response.status, expected === 'unknown' ? 503 : 200)
    equal(response.headers['content-type'], 'text/html; charset=utf-8')
    equal(response.headers['cache-control'], 'no-store')
    match(response.headers.vary ?? '', /\bCookie\b/)
    page = response.body ?? ''
    for (const [name, text] of Object.entries(EXPECTED_STATES))
      equal(text.test(page), name === expected, `${language}: ${name}, expected ${expected}`)
  }
  return page
}

const statusOfSession = async (latchkey: InProcess, cookie: string) =>
  (await latchkey.call('GET', '/access/session', { headers: { cookie } })).status

test('/signed-out says "signed out" without a valid credential, and reads no store without one of our cookies', async () => {
  await using latchkey = await startInProcess()
  await assertState(latchkey, '', 'signed-out')
  await assertState(latchkey, 'theme=dark; latchkey_language=en', 'signed-out')
  equal(latchkey.counts.reads, 0)
  await assertState(latchkey, 'latchkey_session=made.up; latchkey_remember=made.up', 'signed-out')
})

test('/signed-out names the signed-in user and has a button while the session is valid, whatever its query says', async () => {
  await using latchkey = await startInProcess()
  const { cookies, session } = await register(latchkey, { remember: true })
  for (const path of ['/signed-out', '/signed-out?reason=idle', '/signed-out?reason=revoked&return=%2Forders'])
    for (const cookie of [cookies, session]) {
      const page = await assertState(latchkey, cookie, 'session', path)
      match(page, /<button type="button" class="primary" id="sign-out" disabled>/)
      match(page, /href="\/account"/)
      match(page, /<noscript>.*JavaScript.*<\/noscript>/)
    }
  equal(await statusOfSession(latchkey, session), 200)
})

test('/signed-out warns of a remember-me login that would sign in again', async () => {
  await using latchkey = await startInProcess()
  const { remembered, session, token, userId } = await register(latchkey, { remember: true })
  await assertState(latchkey, remembered, 'remember_me')
  latchkey.clock.advance(21 * MINUTE)
  await assertState(latchkey, `${session}; ${remembered}`, 'remember_me')
  equal(await statusOfSession(latchkey, session), 401)
  // Viewing the page does not use the remember-me login.
  const resumed = await latchkey.call('POST', '/access/token', { headers: { cookie: remembered } })
  equal(resumed.status, 200)
  ok(token !== resumed.json.token)
  const out = await latchkey.call('POST', `/access/logout/${userId}`, { headers: { authorization: resumed.json.token } })
  equal(out.status, 200)
  await assertState(latchkey, `${session}; ${remembered}`, 'signed-out')
})

test('/signed-out after a successful and after a failed sign-out', async () => {
  const store = createMemoryStore()
  const { write } = store
  let down = false
  const failingStore: Store = { ...store, write: (changes) => (down ? Promise.reject(new StoreError('full')) : write(changes)) }
  await using latchkey = await startInProcess({}, { store: failingStore })
  const { cookies, session, token, userId } = await register(latchkey)
  const logout = () => latchkey.call('POST', `/access/logout/${userId}`, { headers: { authorization: token, cookie: cookies } })
  down = true
  const failed = await logout()
  deepEqual([failed.status, failed.jar], [503, {}])
  await assertState(latchkey, session, 'session')
  down = false
  equal((await logout()).status, 200)
  await assertState(latchkey, session, 'signed-out')
})

test('/signed-out says that the state is unknown while the store is down', async () => {
  const store = createMemoryStore()
  const { find } = store.credentials
  let down = false
  const failingStore: Store = {
    ...store,
    credentials: { ...store.credentials, find: (id) => (down ? Promise.reject(new StoreError('gone')) : find(id)) },
  }
  await using latchkey = await startInProcess({}, { store: failingStore })
  const { cookies } = await register(latchkey, { remember: true })
  down = true
  const page = await assertState(latchkey, cookies, 'unknown')
  match(page, /<a class="primary" href="">/)
  equal((await latchkey.call('GET', '/signed-out', { headers: { cookie: cookies } })).headers['retry-after'], '1')
  equal(await noticeAt(latchkey, '/sign-in?reason=idle', cookies), '')
  equal(await noticeAt(latchkey, '/sign-in?reason=revoked', cookies), '')
  // Without a cookie there is nothing to look up.
  await assertState(latchkey, '', 'signed-out')
  down = false
  await assertState(latchkey, cookies, 'session')
})

test('viewing /signed-out extends no session, and an old remember-me value raises no alarm', async () => {
  await using latchkey = await startInProcess()
  const { session } = await register(latchkey)
  for (let minutes = 0; minutes < 20; minutes += 4) {
    await assertState(latchkey, session, 'session')
    latchkey.clock.advance(4 * MINUTE)
  }
  await assertState(latchkey, session, 'signed-out')

  const { remembered: old, userId } = await login(latchkey, { remember: true })
  const renewed = await latchkey.call('POST', '/access/token', { headers: { cookie: old } })
  const next = `latchkey_remember=${renewed.jar.latchkey_remember}`
  await latchkey.call('GET', '/access/session', { headers: { cookie: `latchkey_session=${renewed.jar.latchkey_session}` } })
  latchkey.clock.advance(5 * MINUTE)
  // An older value does not sign in. The page must not act on it.
  await assertState(latchkey, old, 'signed-out')
  await assertState(latchkey, next, 'remember_me')
  const events = await latchkey.engine.store.auditEvents.list(userId, null, 100)
  ok(events.every(({ severity }) => severity !== 'alarm'))
})

test('without the device proof, a bound sign-in is neither named nor called signed out', async () => {
  const store = createMemoryStore()
  const { find } = store.credentials
  const key = { x: 'x', y: 'y', boundAt: 0, generation: 0, confirmedAt: 1, challengeAt: 0, answeredAt: 0 }
  const bound: Store = {
    ...store,
    credentials: {
      ...store.credentials,
      find: async (id) => {
        const found = await find(id)
        return found === undefined || found.kind === 'tombstone' ? found : { ...found, binding: key }
      },
    },
  }
  await using latchkey = await startInProcess({}, { store: bound, publicUrl: 'https://login.example.com' })
  const { session, remembered } = await register(latchkey, { remember: true })
  for (const cookie of [session, remembered]) {
    const page = await assertState(latchkey, cookie, 'device_proof_missing')
    ok(!page.includes('Alice'))
  }
})

/** The notice above the form; empty when hidden. */
async function noticeAt(latchkey: InProcess, path: string, cookie?: string): Promise<string> {
  const { body } = await latchkey.call('GET', path, { headers: cookie === undefined ? {} : { cookie } })
  return /<p class="notice[^"]*" role="status" id="notice">([^<]*)</.exec(body ?? '')?.[1] ?? ''
}

test('/sign-in ignores a false reason in the query, and gives the reason of a revoked or idle session', async () => {
  await using latchkey = await startInProcess()
  const { session, token, userId } = await register(latchkey)
  for (const reason of ['idle', 'expired', 'revoked', 'theft_suspected', 'device'])
    equal(await noticeAt(latchkey, `/sign-in?reason=${reason}`, session), '', reason)
  match(await noticeAt(latchkey, '/sign-in?reason=fresh', session), /password again/)
  // Without a cookie, the query is the only source.
  match(await noticeAt(latchkey, '/sign-in?reason=idle'), /inactivity/)
  await latchkey.call('POST', `/access/logout/${userId}`, { headers: { authorization: token } })
  match(await noticeAt(latchkey, '/sign-in?reason=idle', session), /from another device/)
  const idle = await login(latchkey)
  latchkey.clock.advance(21 * MINUTE)
  match(await noticeAt(latchkey, '/sign-in', idle.session), /inactivity/)
})

test('/sign-in says that the session has expired, not that the remember-me login was revoked', async () => {
  await using latchkey = await startInProcess()
  const { remembered } = await register(latchkey, { remember: true })
  match(await noticeAt(latchkey, '/sign-in?reason=idle', remembered), /inactivity/)
  for (const reason of ['revoked', 'theft_suspected']) equal(await noticeAt(latchkey, `/sign-in?reason=${reason}`, remembered), '', reason)
})

test('/sign-in names the signed-in user and the return URL without JavaScript', async () => {
  await using latchkey = await startInProcess()
  const { session } = await register(latchkey)
  const { body } = await latchkey.call('GET', '/sign-in?return=/orders', { headers: { cookie: session } })
  match(body ?? '', /<noscript><p class="notice">You are signed in as Alice\. <a href="\/orders">/)
  ok(!/You are signed in as Alice/.test((await latchkey.call('GET', '/sign-in')).body ?? ''))
})

test('/register names the user whose sign-in a new account replaces', async () => {
  await using latchkey = await startInProcess()
  const { cookies, remembered, session } = await register(latchkey, { remember: true })
  const bodyFor = async (cookie: string) => (await latchkey.call('GET', '/register', { headers: { cookie } })).body ?? ''
  match(await bodyFor(cookies), /You are signed in as Alice\. Creating a new account signs you out of it in this browser\./)
  match(await bodyFor(remembered), /This browser keeps Alice signed in\. Creating a new account signs Alice out in this browser\./)
  ok(!(await bodyFor('latchkey_session=made.up')).includes('id="notice"'))
  await register(latchkey, { username: 'Bob' }, { headers: { cookie: cookies } })
  equal(await statusOfSession(latchkey, session), 401)
  ok(!(await bodyFor(cookies)).includes('id="notice"'))
})

test('/account and /admin redirect to the sign-in page with the reason when the session has ended', async () => {
  await using latchkey = await startInProcess()
  const { session, remembered } = await register(latchkey, { remember: true })
  const visit = async (path: string, cookie: string) => {
    const { status, headers } = await latchkey.call('GET', path, { headers: { cookie } })
    return [status, headers.location]
  }
  for (const path of ['/account', '/admin']) deepEqual(await visit(path, session), [200, undefined])
  latchkey.clock.advance(21 * MINUTE)
  deepEqual(await visit('/account', session), [303, '/sign-in?lang=en&return=%2Faccount&reason=idle'])
  deepEqual(await visit('/admin', session), [303, '/sign-in?lang=en&return=%2Fadmin&reason=idle'])
  // The script of the page starts a session from the remember-me login.
  deepEqual(await visit('/account', `${session}; ${remembered}`), [200, undefined])
})
