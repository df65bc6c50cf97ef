// Login limits: attempts are counted before hashing, per user and per address, exactly, without locking known devices out.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CallOptions, cookieHeader, type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

const WRONG = { ...ALICE, password: 'wrong' }

function attempt(latchkey: InProcess, body: unknown = WRONG, options: CallOptions = {}): Promise<InProcessResponse> {
  return latchkey.call('POST', '/access/login', { ...options, body })
}

function many(count: number, one: (index: number) => Promise<InProcessResponse>): Promise<readonly InProcessResponse[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => one(index)))
}

function counted(answers: readonly InProcessResponse[], status: number): number {
  return answers.filter((answer) => answer.status === status).length
}

test('of fifty concurrent wrong attempts exactly ten are hashed, and the rest get Retry-After', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  latchkey.resetCounts()
  const answers = await many(50, () => attempt(latchkey))
  assert.equal(counted(answers, 401), 10)
  assert.equal(counted(answers, 429), 40)
  assert.equal(latchkey.counts.hashes, 10)
  const limited = answers.find(({ status }) => status === 429)
  assert.equal(limited?.json.code, 'rate.limited')
  assert.equal(limited?.headers['retry-after'], '300')
})

test('the correct password is refused once the limit is reached, and accepted in the next window', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  for (let index = 0; index < 10; index += 1) await attempt(latchkey)
  assert.equal((await attempt(latchkey, ALICE)).status, 429)
  latchkey.clock.advance(299_999)
  assert.equal((await attempt(latchkey, ALICE)).status, 429)
  latchkey.clock.advance(1)
  assert.equal((await attempt(latchkey, ALICE)).status, 200)
})

test('a correct password returns its point', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  for (let index = 0; index < 9; index += 1) await attempt(latchkey)
  for (let index = 0; index < 5; index += 1) assert.equal((await attempt(latchkey, ALICE)).status, 200)
  assert.equal((await attempt(latchkey)).status, 401)
  assert.equal((await attempt(latchkey)).status, 429)
})

test('unknown usernames are counted like known ones, in any spelling', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  for (const names of [['alice', 'ALICE', 'Ａlice'], ['unknown', 'UnKnown', 'ｕnknown'], ['no such name!']]) {
    const answers = await many(30, (index) =>
      attempt(latchkey, { username: names[index % names.length], password: 'wrong' }, { address: `203.0.113.${index}` }),
    )
    assert.equal(counted(answers, 401), 10, names[0])
    assert.equal(counted(answers, 429), 20, names[0])
  }
})

test('an IPv4 address has its own limit, and so has each IPv6 /64', async () => {
  await using latchkey = await startInProcess({ loginLimit: '10/5m,20/5m' })
  const from = (address: (index: number) => string) =>
    many(30, (index) => attempt(latchkey, { username: `user${index}`, password: 'wrong' }, { address: address(index) }))
  assert.equal(counted(await from(() => '198.51.100.1'), 401), 20)
  assert.equal(counted(await from((index) => `2001:db8:1:2::${index.toString(16)}`), 401), 20)
  assert.equal(counted(await from((index) => `2001:db8:2:${index.toString(16)}::1`), 401), 30)
})

test('a known device is not locked out by others, and has ten attempts of its own', async () => {
  await using latchkey = await startInProcess()
  const { jar } = await latchkey.call('POST', '/access/register', { body: ALICE })
  const known = { headers: { cookie: cookieHeader({ latchkey_known: jar.latchkey_known ?? '' }) } }
  await many(20, () => attempt(latchkey, WRONG, { address: '198.51.100.9' }))
  assert.equal((await attempt(latchkey, ALICE, { address: '198.51.100.9' })).status, 429)
  assert.equal((await attempt(latchkey, ALICE, known)).status, 200)
  assert.equal(counted(await many(20, () => attempt(latchkey, WRONG, known)), 401), 10)
  const forged = { headers: { cookie: `latchkey_known=${'A'.repeat(80)}` } }
  assert.equal((await attempt(latchkey, ALICE, { ...forged, address: '198.51.100.9' })).status, 429)
})

test('a known-device cookie of one user allows no attempts for another', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const { jar } = await latchkey.call('POST', '/access/register', { body: { ...ALICE, username: 'mallory' } })
  const cookie = cookieHeader({ latchkey_known: jar.latchkey_known ?? '' })
  assert.equal(counted(await many(10, () => attempt(latchkey)), 401), 10)
  assert.equal((await attempt(latchkey, WRONG, { headers: { cookie } })).status, 429)
})

test('password changes and account deletions count as attempts', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { authorization: alice.token }
  for (let index = 0; index < 5; index += 1) {
    assert.equal((await latchkey.call('POST', '/access/password', { headers, body: { current: 'wrong', next: 'x' } })).status, 401)
    assert.equal((await latchkey.call('DELETE', '/access/account', { headers, body: { password: 'wrong' } })).status, 401)
  }
  assert.equal((await attempt(latchkey)).status, 429)
  assert.equal((await latchkey.call('DELETE', '/access/account', { headers, body: { password: ALICE.password } })).status, 429)
  assert.equal((await latchkey.call('GET', '/access/session', { headers })).status, 200)
})

test('refusals before hashing cost no point', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  for (const body of ['{', { ...WRONG, extra: 1 }, { username: 'alice' }, { ...WRONG, delivery: 'pigeon' }]) {
    for (let index = 0; index < 10; index += 1) await attempt(latchkey, body)
  }
  assert.equal((await attempt(latchkey, ALICE)).status, 200)
})

test('a reached limit is recorded once per window, not once per attempt', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  await many(40, () => attempt(latchkey))
  const { json } = await latchkey.call('GET', '/access/audit-events?limit=200', { headers: { cookie: alice.session } })
  const outcomes = json.events
    .filter(({ action }: { action: string }) => action === 'login.password')
    .map(({ outcome }: { outcome: string }) => outcome)
  assert.equal(outcomes.filter((outcome: string) => outcome === 'failure').length, 10)
  assert.equal(outcomes.filter((outcome: string) => outcome === 'rate_limited').length, 1)
})

test('a limit reached by password changes is recorded too', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { authorization: alice.token }
  await many(20, () => latchkey.call('POST', '/access/password', { headers, body: { current: 'wrong', next: 'x' } }))
  const { json } = await latchkey.call('GET', '/access/audit-events?limit=200', { headers })
  const outcomes = json.events
    .filter(({ action }: { action: string }) => action === 'password.change')
    .map(({ outcome }: { outcome: string }) => outcome)
  assert.equal(outcomes.filter((outcome: string) => outcome === 'failure').length, 10)
  assert.equal(outcomes.filter((outcome: string) => outcome === 'rate_limited').length, 1)
  latchkey.clock.advance(300_000)
  await many(20, () => attempt(latchkey))
  const { json: later } = await latchkey.call('GET', '/access/audit-events?limit=200', { headers: { cookie: alice.session } })
  assert.equal(later.events.filter(({ outcome }: { outcome: string }) => outcome === 'rate_limited').length, 2, 'once in each window')
})

test('when more sign-ins arrive than can be hashed, the rest get 503, and sessions are still checked', async () => {
  await using latchkey = await startInProcess({ loginLimit: '100000/5m,100000/5m' })
  const alice = await register(latchkey)
  const flood = many(500, (index) => attempt(latchkey, { username: `user${index}`, password: 'wrong' }))
  const check = await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })
  assert.equal(check.status, 200)
  const answers = await flood
  const busy = answers.find(({ status }) => status === 503)
  assert.equal(busy?.json.code, 'server.busy')
  assert.equal(busy?.headers['retry-after'], '1')
  assert.equal(counted(answers, 401) + counted(answers, 503), 500)
  assert.equal((await attempt(latchkey, ALICE)).status, 200, 'a 503 cost no point')
})
