// Account lockout: failed sign-ins of others do not lock a user out of a known device or a recent network.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../../src/domain/errors.ts'
import { DAY, MINUTE } from '../../src/domain/time.ts'
import { login as loginOf } from '../../src/engine/login.ts'
import { type CallOptions, cookieHeader, type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/users.ts'

const WRONG = { ...ALICE, password: 'wrong' }
const KNOWN_NETWORK = '192.0.2.1'
const NEW_NETWORK = '198.51.100.200'

function attempt(latchkey: InProcess, address: string, body: unknown = WRONG, options: CallOptions = {}): Promise<InProcessResponse> {
  return latchkey.call('POST', '/access/login', { ...options, address, body })
}

/** The statuses of so many requests, one after another. */
async function statuses(count: number, one: (index: number) => Promise<InProcessResponse>): Promise<readonly number[]> {
  const all: number[] = []
  for (let index = 0; index < count; index += 1) all.push((await one(index)).status)
  return all
}

/** Ten failed sign-ins from ten addresses: the limit of five minutes for unknown devices and networks. */
async function exhaustLimits(latchkey: InProcess): Promise<void> {
  const answers = await statuses(11, (index) => attempt(latchkey, `203.0.113.${index}`))
  assert.deepEqual(answers, [...new Array(10).fill(401), 429])
}

function knownCookie(jar: Readonly<Record<string, string>>): { headers: Record<string, string> } {
  return { headers: { cookie: cookieHeader({ latchkey_known: jar.latchkey_known ?? '' }) } }
}

test('10 failed sign-ins from 10 addresses every 5 minutes do not lock the owner out of a known device or a recent network', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, {}, { address: KNOWN_NETWORK })
  for (let round = 0; round < 20; round += 1) {
    await exhaustLimits(latchkey)
    assert.equal((await attempt(latchkey, NEW_NETWORK, ALICE)).status, 429, 'a new device in a new network is limited by policy')
    assert.equal((await attempt(latchkey, KNOWN_NETWORK, ALICE)).status, 200, 'a new device in a recent network')
    const { status } = await attempt(latchkey, '198.51.100.7', ALICE, knownCookie(alice.jar))
    assert.equal(status, 200, 'a known device in a network that has become recent')
    latchkey.clock.advance(5 * MINUTE)
  }
})

test('a known device is not limited in a new network, nor after others used up the limit of a recent one', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, {}, { address: KNOWN_NETWORK })
  await exhaustLimits(latchkey)
  const neighbour = await statuses(11, () => attempt(latchkey, KNOWN_NETWORK))
  assert.deepEqual(neighbour, [...new Array(10).fill(401), 429], 'an attacker in the network of the owner has ten more attempts')
  assert.equal((await attempt(latchkey, KNOWN_NETWORK, ALICE)).status, 429, 'a new device in that network is limited then')
  assert.equal((await attempt(latchkey, KNOWN_NETWORK, ALICE, knownCookie(alice.jar))).status, 200)
  assert.equal((await attempt(latchkey, NEW_NETWORK, ALICE, knownCookie(alice.jar))).status, 200)
})

test('a network counts as recent for 30 days after the last successful sign-in, not after failed ones', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey, {}, { address: KNOWN_NETWORK })
  latchkey.clock.advance(20 * DAY)
  await login(latchkey, {}, { address: KNOWN_NETWORK })
  latchkey.clock.advance(30 * DAY - MINUTE)
  await exhaustLimits(latchkey)
  assert.equal((await attempt(latchkey, KNOWN_NETWORK)).status, 401)
  latchkey.clock.advance(MINUTE)
  assert.equal((await attempt(latchkey, KNOWN_NETWORK)).status, 429)
  await attempt(latchkey, '203.0.113.3')
  assert.equal((await attempt(latchkey, '203.0.113.3', ALICE)).status, 429)
})

test('the recent network of IPv6 is the /64, and of IPv4 the address in any spelling', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey, {}, { address: '2001:db8:1:2::1' })
  await login(latchkey, {}, { address: KNOWN_NETWORK })
  await exhaustLimits(latchkey)
  for (const address of ['2001:db8:1:2:ffff::9%eth0', '2001:0DB8:1:2::', `::ffff:${KNOWN_NETWORK}`, '::ffff:c000:201']) {
    assert.equal((await attempt(latchkey, address)).status, 401, address)
  }
  for (const address of ['2001:db8:1:3::1', '192.0.2.2', `::${KNOWN_NETWORK}`])
    assert.equal((await attempt(latchkey, address)).status, 429, address)
})

test('a recent network counts for its user only, with separate counters for each user', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey, {}, { address: KNOWN_NETWORK })
  await register(latchkey, { username: 'bob' }, { address: NEW_NETWORK })
  await exhaustLimits(latchkey)
  assert.equal((await attempt(latchkey, NEW_NETWORK)).status, 429, 'bob signed in from there, not alice')
  await statuses(10, () => attempt(latchkey, KNOWN_NETWORK))
  assert.equal((await attempt(latchkey, NEW_NETWORK, { ...ALICE, username: 'bob' })).status, 200)
})

test('a password change resets the user’s other recent networks', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey, {}, { address: KNOWN_NETWORK })
  const elsewhere = await login(latchkey, {}, { address: NEW_NETWORK })
  const body = { current: ALICE.password, next: 'nine-amber-lanterns-adrift' }
  const options = { headers: { authorization: elsewhere.token }, body, address: NEW_NETWORK }
  assert.equal((await latchkey.call('POST', '/access/password', options)).status, 200)
  await exhaustLimits(latchkey)
  assert.equal((await attempt(latchkey, KNOWN_NETWORK)).status, 429)
  assert.equal((await attempt(latchkey, NEW_NETWORK)).status, 401)
})

test('a stolen known-device cookie allows ten attempts in total, from all addresses and users', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, {}, { address: KNOWN_NETWORK })
  const { jar } = await latchkey.call('POST', '/access/register', {
    ...knownCookie(alice.jar),
    body: { ...ALICE, username: 'mallory' },
    address: NEW_NETWORK,
  })
  await exhaustLimits(latchkey)
  const answers = await statuses(12, (index) => attempt(latchkey, `198.51.100.${index}`, WRONG, knownCookie(index % 2 ? jar : alice.jar)))
  assert.deepEqual(answers, [...new Array(10).fill(401), 429, 429])
  assert.equal((await attempt(latchkey, KNOWN_NETWORK, ALICE)).status, 200, 'the owner’s network is not affected')
})

test('five users on one device have separate counters; a sixth replaces the first', async () => {
  await using latchkey = await startInProcess()
  let jar: Readonly<Record<string, string>> = {}
  const names = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank']
  for (const [index, username] of names.entries()) {
    const answer = await latchkey.call('POST', '/access/register', {
      ...knownCookie(jar),
      body: { ...ALICE, username },
      address: `198.51.100.${index}`,
    })
    jar = answer.jar
  }
  const left = []
  for (const username of names) {
    await statuses(10, (index) => attempt(latchkey, `203.0.113.${index}`, { ...WRONG, username }))
    left.push((await attempt(latchkey, '203.0.113.99', { ...WRONG, username }, knownCookie(jar))).status)
  }
  assert.deepEqual(left, [429, 401, 401, 401, 401, 401])
})

test('150 attempts from one /48, one per /64: a /56 is limited at 4 times the points and the /48 at 16 times', async () => {
  await using latchkey = await startInProcess({ loginLimit: '10/5m,5/5m' })
  let next = 0
  const from = (address: string) => {
    next += 1
    return attempt(latchkey, address, { username: `user${next}`, password: 'wrong' })
  }
  const inOne56 = await statuses(25, (index) => from(`2001:db8:1:${index.toString(16)}::1`))
  assert.deepEqual([inOne56.filter((status) => status === 401).length, inOne56.lastIndexOf(401)], [20, 19])
  const inOne48 = await statuses(150, (index) => from(`2001:db8:2:${(index * 256).toString(16)}::1`))
  assert.deepEqual([inOne48.filter((status) => status === 401).length, inOne48.lastIndexOf(401)], [80, 79])
  assert.equal((await from('2001:db8:3::1')).status, 401, 'another /48')
})

test('an attempt refused by a wider network costs no point of the narrower one or the user', async () => {
  await using latchkey = await startInProcess({ loginLimit: '10/5m,1/5m' })
  await statuses(4, (index) => attempt(latchkey, `2001:db8:1:${index}::1`, { username: `user${index}`, password: 'wrong' }))
  const before = await latchkey.engine.store.limits.find('address-64:2001:db8:1:9::/64', latchkey.clock.now())
  assert.deepEqual(await statuses(30, () => attempt(latchkey, '2001:db8:1:9::1')), new Array(30).fill(429))
  const after = await latchkey.engine.store.limits.find('address-64:2001:db8:1:9::/64', latchkey.clock.now())
  assert.deepEqual([before, after?.taken], [undefined, 0])
  const elsewhere = await statuses(11, (index) => attempt(latchkey, `203.0.113.${index}`))
  assert.deepEqual(elsewhere, [...new Array(10).fill(401), 429])
})

test('Retry-After is that of the last counter to become free', async () => {
  await using latchkey = await startInProcess({ loginLimit: '2/10m,3/5m' })
  latchkey.clock.advance(1)
  await statuses(1, () => attempt(latchkey, NEW_NETWORK, { username: 'first', password: 'wrong' }))
  latchkey.clock.advance(MINUTE)
  await statuses(2, () => attempt(latchkey, NEW_NETWORK))
  const { status, headers } = await attempt(latchkey, NEW_NETWORK)
  assert.deepEqual([status, headers['retry-after']], [429, '600'], 'the address is free in 4 minutes, the user in 10')
  latchkey.clock.advance(4 * MINUTE)
  assert.equal((await attempt(latchkey, NEW_NETWORK)).headers['retry-after'], '360')
  latchkey.clock.advance(6 * MINUTE)
  assert.equal((await attempt(latchkey, NEW_NETWORK)).status, 401, 'counting starts again')
})

test('a correct password returns the points of the network too', async () => {
  await using latchkey = await startInProcess({ loginLimit: '10/5m,20/5m' })
  await register(latchkey, {}, { address: KNOWN_NETWORK })
  assert.deepEqual(await statuses(60, () => attempt(latchkey, NEW_NETWORK, ALICE)), new Array(60).fill(200))
})

test('a password longer than allowed is no attempt: it costs no point and is not recorded', async () => {
  await using latchkey = await startInProcess({ loginLimit: '2/5m,3/5m' })
  const alice = await register(latchkey, {}, { address: KNOWN_NETWORK })
  for (const password of ['x'.repeat(257), 'x'.repeat(5000)]) {
    assert.deepEqual(await statuses(10, () => attempt(latchkey, NEW_NETWORK, { ...ALICE, password })), new Array(10).fill(401))
    const body = { current: password, next: 'nine-amber-lanterns-adrift' }
    const options = { headers: { authorization: alice.token }, body, address: NEW_NETWORK }
    assert.deepEqual(await statuses(10, () => latchkey.call('POST', '/access/password', options)), new Array(10).fill(401))
  }
  assert.equal((await attempt(latchkey, NEW_NETWORK, ALICE)).status, 200)
  const { json } = await latchkey.call('GET', '/access/audit-events', { headers: { authorization: alice.token } })
  assert.equal(json.events.filter(({ outcome }: { outcome: string }) => outcome === 'failure').length, 0)
})

test('of a hundred concurrent attempts from many networks, a known device and a recent network each is counted once', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, {}, { address: KNOWN_NETWORK })
  const kinds = [
    (index: number) => attempt(latchkey, `203.0.113.${index}`),
    () => attempt(latchkey, KNOWN_NETWORK),
    (index: number) => attempt(latchkey, `198.51.100.${index}`, WRONG, knownCookie(alice.jar)),
  ]
  const answers = await Promise.all(kinds.flatMap((one) => Array.from({ length: 34 }, (_, index) => one(index))))
  assert.equal(answers.filter(({ status }) => status === 401).length, 30)
})

test('known and unknown usernames use the same counters and reads', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey, {}, { address: KNOWN_NETWORK })
  const costs = []
  for (const username of ['alice', 'unknown']) {
    latchkey.resetCounts()
    await attempt(latchkey, '2001:db8::1', { username, password: 'wrong' })
    costs.push(latchkey.counts.reads)
    for (let index = 0; index < 9; index += 1) await attempt(latchkey, `203.0.113.${index}`, { username, password: 'wrong' })
    latchkey.resetCounts()
    const { status, headers } = await attempt(latchkey, '2001:db8::2', { username, password: 'wrong' })
    costs.push(latchkey.counts.reads, status, headers['retry-after'])
  }
  assert.deepEqual(costs.slice(0, 4), costs.slice(4))
})

test('successful sign-ins are limited too: at ten times the limit of a network, for each user', async () => {
  await using latchkey = await startInProcess({ loginLimit: '10/5m,2/5m' })
  await register(latchkey)
  assert.deepEqual(await statuses(21, () => attempt(latchkey, KNOWN_NETWORK, ALICE)), [...new Array(20).fill(200), 429])
  latchkey.clock.advance(5 * MINUTE)
  assert.equal((await attempt(latchkey, KNOWN_NETWORK, ALICE)).status, 200)
})

test('library calls without an address share one address, which is never recent', async () => {
  await using latchkey = await startInProcess({ loginLimit: '3/5m,5/5m' })
  await register(latchkey, {}, { address: '' })
  const options = { remember: false, delivery: 'header', knownDevice: undefined } as const
  const codes: (string | undefined)[] = []
  for (const username of ['alice', 'alice', 'alice', 'alice', 'bob', 'carol', 'dave']) {
    const input = { ...WRONG, username, ...options }
    const result = await loginOf(latchkey.engine, input, { ip: '', userAgent: '' }, { sessions: [], rememberMe: [] })
    codes.push(result instanceof AuthError ? result.code : undefined)
  }
  assert.deepEqual(codes, [
    ...new Array(3).fill('credentials.invalid'),
    'rate.limited',
    ...new Array(2).fill('credentials.invalid'),
    'rate.limited',
  ])
})
