// The registration limit for each client network, including refused registrations: responses reveal which usernames exist.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../../src/domain/errors.ts'
import { HOUR, MINUTE } from '../../src/domain/time.ts'
import { register as registerOf } from '../../src/engine/register.ts'
import { type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

const DEFAULT = { registrationLimit: '10/1h' }

function create(latchkey: InProcess, username: string, address = '192.0.2.1', more: object = {}): Promise<InProcessResponse> {
  return latchkey.call('POST', '/access/register', { body: { ...ALICE, username, ...more }, address })
}

test('60 registrations from one address: ten per hour, then 429 with Retry-After, until the next window', async () => {
  await using latchkey = await startInProcess(DEFAULT)
  const answers: InProcessResponse[] = []
  for (let index = 0; index < 60; index += 1) answers.push(await create(latchkey, `user${index}`))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [...new Array(10).fill(201), ...new Array(50).fill(429)],
  )
  const last = answers.at(-1)
  assert.deepEqual([last?.json.code, last?.headers['retry-after']], ['rate.limited', '3600'])
  assert.equal((await create(latchkey, 'elsewhere', '192.0.2.2')).status, 201)
  latchkey.clock.advance(HOUR - MINUTE)
  assert.equal((await create(latchkey, 'later')).headers['retry-after'], '60')
  latchkey.clock.advance(MINUTE)
  assert.equal((await create(latchkey, 'later')).status, 201)
})

test('refused registrations count: ten times 409 or 422, then 429', async () => {
  await using latchkey = await startInProcess(DEFAULT)
  await create(latchkey, 'alice', '198.51.100.1')
  const refused = [
    () => create(latchkey, 'alice'),
    () => create(latchkey, 'not a name at all', '192.0.2.2'),
    () => create(latchkey, 'someuser', '192.0.2.3', { password: 'short' }),
    () => create(latchkey, 'someuser', '192.0.2.4', { password: 'x'.repeat(300) }),
  ]
  for (const one of refused) {
    const answers: InProcessResponse[] = []
    for (let index = 0; index < 11; index += 1) answers.push(await one())
    assert.ok(answers.slice(0, 10).every(({ status }) => status === 409 || status === 422))
    assert.equal(answers[10]?.status, 429)
  }
})

test('of thirty concurrent registrations exactly ten pass the limit', async () => {
  await using latchkey = await startInProcess(DEFAULT)
  const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => create(latchkey, `user${index}`)))
  assert.equal(answers.filter(({ status }) => status === 429).length, 20)
})

test('a registration from another origin is refused before it counts', async () => {
  await using latchkey = await startInProcess({ registrationLimit: '1/1h' })
  const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }
  for (let index = 0; index < 3; index += 1) {
    assert.equal((await latchkey.call('POST', '/access/register', { headers, body: ALICE })).status, 403)
  }
  assert.equal((await create(latchkey, 'alice')).status, 201)
})

test('registrations from a /48 of IPv6 are limited at 16 times, from a /56 at 4 times, from a /64 as from an IPv4 address', async () => {
  await using latchkey = await startInProcess({ registrationLimit: '1/1h' })
  const passed = async (count: number, address: (index: number) => string) => {
    let passed = 0
    for (let index = 0; index < count; index += 1) {
      passed += (await create(latchkey, 'not a name at all', address(index))).status === 422 ? 1 : 0
    }
    return passed
  }
  assert.equal(await passed(3, (index) => `2001:db8:1::${index}`), 1)
  assert.equal(await passed(8, (index) => `2001:db8:2:${index}::1`), 4)
  assert.equal(await passed(30, (index) => `2001:db8:3:${(index * 256).toString(16)}::1`), 16)
  assert.equal(await passed(3, (index) => (index % 2 ? '192.0.2.9' : '::ffff:192.0.2.9')), 1)
})

test('registrations and sign-ins are counted separately', async () => {
  await using latchkey = await startInProcess({ registrationLimit: '1/1h', loginLimit: '10/5m,1/5m' })
  assert.equal((await create(latchkey, 'alice')).status, 201)
  assert.equal((await create(latchkey, 'bob')).status, 429)
  assert.equal((await latchkey.call('POST', '/access/login', { body: { ...ALICE, password: 'wrong' } })).status, 401)
})

test('a library call without an address is not limited, one with an address is', async () => {
  await using latchkey = await startInProcess({ registrationLimit: '1/1h' })
  const options = { email: null, remember: false, delivery: 'header' } as const
  const presented = { sessions: [], rememberMe: [] }
  const outcomes: string[] = []
  for (const [index, ip] of ['', '', '192.0.2.1', '192.0.2.1'].entries()) {
    const result = await registerOf(latchkey.engine, { ...ALICE, username: `user${index}`, ...options }, { ip, userAgent: '' }, presented)
    outcomes.push(result instanceof AuthError ? result.code : 'created')
  }
  assert.deepEqual(outcomes, ['created', 'created', 'created', 'rate.limited'])
})

test('over HTTP, clients without an address share one limit', async () => {
  await using latchkey = await startInProcess({ registrationLimit: '1/1h' })
  assert.equal((await create(latchkey, 'alice', '')).status, 201)
  assert.equal((await create(latchkey, 'bob', '')).status, 429)
})

test('a user can record a thousand audit events per hour from all addresses, without limiting other users', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const bob = await register(latchkey, { username: 'bob' })
  const record = (token: string, index: number) =>
    latchkey.call('POST', '/access/audit-events', {
      headers: { authorization: token },
      body: { action: 'order.placed' },
      address: `203.0.113.${index % 250}`,
    })
  for (let index = 0; index < 1000; index += 1) assert.equal((await record(alice.token, index)).status, 201)
  const refused = await record(alice.token, 0)
  assert.deepEqual([refused.status, refused.json.code, refused.headers['retry-after']], [429, 'rate.limited', '3600'])
  assert.equal((await record(bob.token, 0)).status, 201)
})

test('a remember-me login can start 500 sessions at once, and one more each minute', async () => {
  await using latchkey = await startInProcess()
  let { remembered } = await register(latchkey, { remember: true })
  const resume = async () => {
    const answer = await latchkey.call('POST', '/access/token', { headers: { cookie: remembered } })
    const next = answer.jar.latchkey_remember
    if (next) remembered = `latchkey_remember=${next}`
    return answer
  }
  for (let index = 0; index < 500; index += 1) assert.equal((await resume()).status, 200)
  const refused = await resume()
  assert.deepEqual([refused.status, refused.json.code, refused.headers['retry-after']], [429, 'rate.limited', '60'])
  latchkey.clock.advance(MINUTE)
  assert.equal((await resume()).status, 200)
  assert.equal((await resume()).status, 429)
})
