// With a cookie domain: a session or remember-me cookie without its pair cookie can only read, so that a sibling sub-domain that
// plants its own genuine cookie gains nothing.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CookieJarClient } from '../support/cookie-jar-client.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, register, type SignedInUser } from '../support/users.ts'
import { assertRefused } from './support.ts'

const LOGIN = 'https://login.example.test'
const SIBLING = 'https://sibling.example.test/'
const MALLORY = { username: 'Mallory', password: 'seven-grey-herons-inland' }
const SESSION = '__Secure-latchkey_session'
const REMEMBER = '__Secure-latchkey_remember'
const PAIR = '__Host-latchkey_pair'

function withDomain(): Promise<InProcess> {
  return startInProcess({ publicUrl: LOGIN, cookieDomain: 'example.test' }, { publicUrl: LOGIN })
}

function mint(latchkey: InProcess, cookie: string) {
  return latchkey.call('POST', '/access/token', { headers: { cookie } })
}

function pairOf({ jar }: SignedInUser): string {
  return `${PAIR}=${jar[PAIR]}`
}

/** Plants the genuine cookies of the attacker's own sign-in, set for the whole domain. */
async function plantOwn(latchkey: InProcess, victim: CookieJarClient, attributes = 'Path=/'): Promise<void> {
  const own = await latchkey.call('POST', '/access/login', { body: { ...MALLORY, remember: true } })
  for (const name of [SESSION, REMEMBER])
    await victim.setCookie(`${name}=${own.jar[name]}; Secure; Domain=example.test; ${attributes}`, SIBLING)
}

test('a session cookie without its pair cookie reads, but issues no token', async () => {
  await using latchkey = await withDomain()
  const alice = await register(latchkey)
  const mallory = await register(latchkey, MALLORY)
  assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  assert.equal((await mint(latchkey, `${alice.session}; ${pairOf(alice)}`)).status, 200)
  for (const pair of ['', `; ${pairOf(mallory)}`, `; ${PAIR}=${alice.sid}.AAAA`, `; ${PAIR}=`, `; ${PAIR}=.`])
    assertRefused(await mint(latchkey, alice.session + pair), 401, 'session.required', { reason: 'none' })
})

test('a remember-me login without its pair does not rotate; with it the new session has its pair', async () => {
  await using latchkey = await withDomain()
  const alice = await register(latchkey, { remember: true })
  latchkey.resetCounts()
  assertRefused(await mint(latchkey, alice.remembered), 401, 'session.required', { reason: 'none' })
  assert.equal(latchkey.counts.writes, 0)
  const resumed = await mint(latchkey, `${alice.remembered}; ${pairOf(alice)}`)
  assert.equal(resumed.status, 200)
  assert.ok(resumed.jar[PAIR])
  assert.equal((await mint(latchkey, `${SESSION}=${resumed.jar[SESSION]}; ${PAIR}=${resumed.jar[PAIR]}`)).status, 200)
})

test('a session in the header needs no pair, and without a cookie domain there is none', async () => {
  await using latchkey = await withDomain()
  const { json } = await latchkey.call('POST', '/access/register', { body: { ...ALICE, delivery: 'header' } })
  const headers = { authorization: `Session ${json.sessionCredential}` }
  assert.equal((await latchkey.call('POST', '/access/token', { headers })).status, 200)
  await using alone = await startInProcess({ publicUrl: LOGIN }, { publicUrl: LOGIN })
  const alice = await register(alone, { remember: true })
  assert.equal(alice.jar[PAIR], undefined)
  assert.equal((await mint(alone, alice.session)).status, 200)
})

test('cookies planted by a sibling before a visit do not sign the victim in', async () => {
  await using latchkey = await withDomain()
  await register(latchkey, MALLORY)
  const victim = new CookieJarClient()
  await plantOwn(latchkey, victim)
  assertRefused(await victim.call(latchkey, 'POST', '/access/token'), 401, 'session.required', { reason: 'none' })
  assert.equal((await victim.call(latchkey, 'GET', '/sign-in')).status, 200)
  const signedIn = await victim.call(latchkey, 'POST', '/access/register', { body: { ...ALICE, remember: true } })
  assert.equal(signedIn.status, 201)
  const minted = await victim.call(latchkey, 'POST', '/access/token')
  assert.equal(minted.json.user.username, 'Alice')
})

for (const attributes of ['Path=/', 'Path=/access', 'Path=/access/token'])
  test(`cookies planted by a sibling during a sign-in gain nothing: ${attributes}`, async () => {
    await using latchkey = await withDomain()
    await register(latchkey, MALLORY)
    const victim = new CookieJarClient()
    await victim.call(latchkey, 'POST', '/access/register', { body: { ...ALICE, remember: true } })
    for (let round = 0; round < 3; round += 1) {
      await plantOwn(latchkey, victim, attributes)
      const minted = await victim.call(latchkey, 'POST', '/access/token')
      if (attributes === 'Path=/') {
        // The victim's own cookie was overwritten: a new sign-in is needed, and works.
        assertRefused(minted, 401, 'session.required', { reason: 'none' })
        const again = await victim.call(latchkey, 'POST', '/access/login', { body: { ...ALICE, remember: true } })
        assert.equal(again.json.user.username, 'Alice')
      } else {
        assert.deepEqual([minted.status, minted.json.user.username], [200, 'Alice'])
        assert.equal((await victim.call(latchkey, 'GET', '/access/session')).json.user.username, 'Alice')
      }
    }
  })

test('many planted genuine cookies do not hide the user’s own', async () => {
  await using latchkey = await withDomain()
  await register(latchkey, MALLORY)
  const alice = await register(latchkey)
  const planted: string[] = []
  for (let round = 0; round < 8; round += 1)
    planted.push(`${SESSION}=${(await latchkey.call('POST', '/access/login', { body: MALLORY })).jar[SESSION]}`)
  const minted = await mint(latchkey, [...planted, alice.session, pairOf(alice)].join('; '))
  assert.deepEqual([minted.status, minted.json.user?.username], [200, 'Alice'])
})

test('a planted genuine cookie among invalid ones reads, and is not set again', async () => {
  await using latchkey = await withDomain()
  const mallory = await register(latchkey, MALLORY)
  const cookie = `${mallory.session}; ${SESSION}=made.up`
  const answer = await latchkey.call('GET', '/access/session', { headers: { cookie } })
  assert.deepEqual([answer.status, answer.cookies], [200, []])
})

test('a new password keeps the session paired', async () => {
  await using latchkey = await withDomain()
  const alice = await register(latchkey)
  const body = { current: ALICE.password, next: 'eleven-loud-geese-at-noon' }
  const changed = await latchkey.call('POST', '/access/password', { headers: { authorization: alice.token }, body })
  assert.equal(changed.status, 200)
  assert.equal((await mint(latchkey, `${SESSION}=${changed.jar[SESSION]}; ${PAIR}=${changed.jar[PAIR]}`)).status, 200)
})

test('a pair cookie of the previous secret is valid while that secret is accepted', async () => {
  const [older, newer] = ['an-older-secret-of-32-bytes-or-more!', 'a-newer-secret-of-32-bytes-or-more!!']
  const settings = { publicUrl: LOGIN, cookieDomain: 'example.test' }
  const first = await startInProcess({ ...settings, secret: older }, { publicUrl: LOGIN })
  const alice = await register(first)
  const { store } = first.engine
  const both = await startInProcess({ ...settings, secret: [newer, older] }, { publicUrl: LOGIN, store })
  assert.equal((await mint(both, `${alice.session}; ${pairOf(alice)}`)).status, 200)
  for (const server of [first, both]) await server.engine.stop()
})
