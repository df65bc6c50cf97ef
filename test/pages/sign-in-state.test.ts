// What pages say of a sign-in is what they have found: the page after signing out, the sign-in page, the registration, the account.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { login, register } from '../support/users.ts'

const MINUTE = 60_000

/** Every text of the page after signing out that claims one state, in both languages. */
const EXPECTED_STATES = {
  'signed-out': /You are signed out|您已退出登录/,
  session: /still signed in as Alice|您仍以 Alice 的身份登录/,
  remember_me: /will sign you in again as Alice|会再次以 Alice 的身份登录/,
  device_proof_missing: /You may still be signed in|您可能仍处于登录状态/,
  unknown: /It is not known whether|无法确定您是否已退出登录/,
} as const
type ExpectedState = keyof typeof EXPECTED_STATES

/** Asserts that the page claims this state and no other, in both languages, and that no cache keeps it. */
async function assertState(latchkey: InProcess, cookie: string, claim: ExpectedState, path = '/signed-out'): Promise<string> {
  let page = ''
  for (const language of ['zh-CN', 'en']) {
    const headers = { 'accept-language': language, ...(cookie === '' ? {} : { cookie }) }
    const answer = await latchkey.call('GET', path, { headers })
    equal(answer.status, claim === 'unknown' ? 503 : 200)
    equal(answer.headers['content-type'], 'text/html; charset=utf-8')
    equal(answer.headers['cache-control'], 'no-store')
    match(answer.headers.vary ?? '', /\bCookie\b/)
    page = answer.body ?? ''
    for (const [name, text] of Object.entries(EXPECTED_STATES))
      equal(text.test(page), name === claim, `${language}: ${name} where it is ${claim}`)
  }
  return page
}

const statusOfSession = async (latchkey: InProcess, cookie: string) =>
  (await latchkey.call('GET', '/access/session', { headers: { cookie } })).status

test('/signed-out says "signed out" to a browser without a live sign-in, and reads nothing where it sent no cookie of ours', async () => {
  await using latchkey = await startInProcess()
  await assertState(latchkey, '', 'signed-out')
  await assertState(latchkey, 'theme=dark; latchkey_language=en', 'signed-out')
  equal(latchkey.counts.reads, 0)
  await assertState(latchkey, 'latchkey_session=made.up; latchkey_remember=made.up', 'signed-out')
})

test('/signed-out says who is still signed in while GET /access/session is 200, with a button, whatever is in its address', async () => {
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

test('/signed-out names a remembered login that would sign in again at the next visit', async () => {
  await using latchkey = await startInProcess()
  const { remembered, session, token, userId } = await register(latchkey, { remember: true })
  await assertState(latchkey, remembered, 'remember_me')
  latchkey.clock.advance(21 * MINUTE)
  await assertState(latchkey, `${session}; ${remembered}`, 'remember_me')
  equal(await statusOfSession(latchkey, session), 401)
  // Looking has used nothing up.
  const restored = await latchkey.call('POST', '/access/token', { headers: { cookie: remembered } })
  equal(restored.status, 200)
  ok(token !== restored.json.token)
  const out = await latchkey.call('POST', `/access/logout/${userId}`, { headers: { authorization: restored.json.token } })
  equal(out.status, 200)
  await assertState(latchkey, `${session}; ${remembered}`, 'signed-out')
})

test('/signed-out after a sign-out that worked, and after one that failed', async () => {
  const store = createMemoryStore()
  const { write } = store
  let down = false
  const moody: Store = { ...store, write: (changes) => (down ? Promise.reject(new StoreError('full')) : write(changes)) }
  await using latchkey = await startInProcess({}, { store: moody })
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

test('/signed-out claims neither while the store is down', async () => {
  const store = createMemoryStore()
  const { find } = store.credentials
  let down = false
  const moody: Store = {
    ...store,
    credentials: { ...store.credentials, find: (id) => (down ? Promise.reject(new StoreError('gone')) : find(id)) },
  }
  await using latchkey = await startInProcess({}, { store: moody })
  const { cookies } = await register(latchkey, { remember: true })
  down = true
  const page = await assertState(latchkey, cookies, 'unknown')
  match(page, /<a class="primary" href="">/)
  equal((await latchkey.call('GET', '/signed-out', { headers: { cookie: cookies } })).headers['retry-after'], '1')
  equal(await noticeAt(latchkey, '/sign-in?reason=idle', cookies), '')
  equal(await noticeAt(latchkey, '/sign-in?reason=revoked', cookies), '')
  // Without a cookie there is nothing to look up, and nothing that could sign anybody in.
  await assertState(latchkey, '', 'signed-out')
  down = false
  await assertState(latchkey, cookies, 'session')
})

test('looking keeps no session alive, and takes no copy of a remembered login for more than it is', async () => {
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
  // An older secret signs nobody in. That somebody has it is not for a page to act on.
  await assertState(latchkey, old, 'signed-out')
  await assertState(latchkey, next, 'remember_me')
  const events = await latchkey.engine.store.auditEvents.list(userId, null, 100)
  ok(events.every(({ severity }) => severity !== 'alarm'))
})

test('a sign-in that is bound to a device is neither named nor called ended where the proof of the device is missing', async () => {
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

/** The notice above the form; empty where there is none. */
async function noticeAt(latchkey: InProcess, path: string, cookie?: string): Promise<string> {
  const { body } = await latchkey.call('GET', path, { headers: cookie === undefined ? {} : { cookie } })
  return /<p class="notice[^"]*" role="status" id="notice">([^<]*)</.exec(body ?? '')?.[1] ?? ''
}

test('/sign-in does not say that a session has ended which goes on, and says of an ended one why it ended', async () => {
  await using latchkey = await startInProcess()
  const { session, token, userId } = await register(latchkey)
  for (const reason of ['idle', 'expired', 'revoked', 'theft_suspected', 'device'])
    equal(await noticeAt(latchkey, `/sign-in?reason=${reason}`, session), '', reason)
  match(await noticeAt(latchkey, '/sign-in?reason=fresh', session), /password once more/)
  // Where the browser sends nothing, the address is all there is.
  match(await noticeAt(latchkey, '/sign-in?reason=idle'), /nothing was done/)
  await latchkey.call('POST', `/access/logout/${userId}`, { headers: { authorization: token } })
  match(await noticeAt(latchkey, '/sign-in?reason=idle', session), /was ended/)
  const idle = await login(latchkey)
  latchkey.clock.advance(21 * MINUTE)
  match(await noticeAt(latchkey, '/sign-in', idle.session), /nothing was done/)
})

test('/sign-in says of a session that it is over, and not of the remembered login that goes on', async () => {
  await using latchkey = await startInProcess()
  const { remembered } = await register(latchkey, { remember: true })
  match(await noticeAt(latchkey, '/sign-in?reason=idle', remembered), /nothing was done/)
  for (const reason of ['revoked', 'theft_suspected']) equal(await noticeAt(latchkey, `/sign-in?reason=${reason}`, remembered), '', reason)
})

test('/sign-in tells a browser without JavaScript who is signed in, and where to go on', async () => {
  await using latchkey = await startInProcess()
  const { session } = await register(latchkey)
  const { body } = await latchkey.call('GET', '/sign-in?return=/orders', { headers: { cookie: session } })
  match(body ?? '', /<noscript><p class="notice">You are signed in as Alice\. <a href="\/orders">/)
  ok(!/You are signed in as Alice/.test((await latchkey.call('GET', '/sign-in')).body ?? ''))
})

test('/register says whose sign-in a new account ends', async () => {
  await using latchkey = await startInProcess()
  const { cookies, remembered, session } = await register(latchkey, { remember: true })
  const told = async (cookie: string) => (await latchkey.call('GET', '/register', { headers: { cookie } })).body ?? ''
  match(await told(cookies), /You are signed in as Alice\. A new account ends that sign-in in this browser\./)
  match(await told(remembered), /This browser remembers a login of Alice\. A new account ends it\./)
  ok(!(await told('latchkey_session=made.up')).includes('id="notice"'))
  await register(latchkey, { username: 'Bob' }, { headers: { cookie: cookies } })
  equal(await statusOfSession(latchkey, session), 401)
  ok(!(await told(cookies)).includes('id="notice"'))
})

test('/account and /admin of an ended session lead to the sign-in page, with the reason on record', async () => {
  await using latchkey = await startInProcess()
  const { session, remembered } = await register(latchkey, { remember: true })
  const at = async (path: string, cookie: string) => {
    const { status, headers } = await latchkey.call('GET', path, { headers: { cookie } })
    return [status, headers.location]
  }
  for (const path of ['/account', '/admin']) deepEqual(await at(path, session), [200, undefined])
  latchkey.clock.advance(21 * MINUTE)
  deepEqual(await at('/account', session), [303, '/sign-in?lang=en&return=%2Faccount&reason=idle'])
  deepEqual(await at('/admin', session), [303, '/sign-in?lang=en&return=%2Fadmin&reason=idle'])
  // The page turns it into a session.
  deepEqual(await at('/account', `${session}; ${remembered}`), [200, undefined])
})
