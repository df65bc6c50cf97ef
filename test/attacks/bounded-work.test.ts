// Expensive work on request: each kind is bounded, the excess is refused with 503, and other requests are still answered.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { createPasswordEstimator } from '../../src/platform/password-strength.ts'
import type { PasswordEstimator } from '../../src/ports/passwords.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcess, type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, login, loginAsAdmin, register } from '../support/users.ts'

/** Limits that do not apply: they come before all other checks. */
const UNLIMITED = { registrationLimit: '100000/1h', loginLimit: '100000/5m,100000/5m' }
const FLOOD = 200
const WAITING = 64
const GOOD = 'nine-quiet-otters-upstream'
/** Costs the estimator most: every character has letter substitutions and repeats. */
const CRAFTED = '@401!|$537'.repeat(25)

/** An estimator that never finishes, behind the real queue. */
function stuckEstimator(): PasswordEstimator {
  const program = new URL('../support/unresponsive-worker.ts', import.meta.url)
  return createPasswordEstimator({ program, jobTimeoutMs: 3_600_000, startTimeoutMs: 3_600_000, queue: WAITING })
}

/** The real estimator, counting its calls. */
function countedEstimator() {
  const real = createPasswordEstimator()
  const counts = { estimates: 0 }
  const estimator: PasswordEstimator = {
    estimate: (...job) => {
      counts.estimates += 1
      return real.estimate(...job)
    },
    close: () => real.close(),
  }
  return { estimator, counts }
}

function registering(latchkey: InProcess, index: number, password = GOOD): Promise<InProcessResponse> {
  const email = `${'a'.repeat(60)}@${`${'b'.repeat(60)}.`.repeat(2)}example.com`
  return latchkey.call('POST', '/access/register', { body: { username: `user${index}`, password, email }, address: `192.0.2.${index}` })
}

function assertBusy({ status, json, headers }: InProcessResponse): boolean {
  return status === 503 && json.code === 'server.busy' && headers['retry-after'] === '1'
}

test('a flood of registrations: a bounded number waits for the estimator, the rest get 503, and other requests are answered', async () => {
  let isStuck = false
  const [quick, stuck] = [createPasswordEstimator(), stuckEstimator()]
  const estimator: PasswordEstimator = {
    estimate: (...job) => (isStuck ? stuck : quick).estimate(...job),
    close: async () => void (await Promise.all([quick.close(), stuck.close()])),
  }
  await using latchkey = await startInProcess(UNLIMITED, { estimator })
  const alice = await register(latchkey)
  isStuck = true
  const answered: InProcessResponse[] = []
  const flood = Array.from({ length: FLOOD }, async (_, index) => {
    const answer = await registering(latchkey, index)
    answered.push(answer)
    return answer
  })
  // Requests without a place in the queue are answered while the others wait.
  await Promise.race(flood)
  equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.cookies } })).status, 200)
  equal((await login(latchkey)).userId, alice.userId, 'a sign-in waits for no estimate')
  equal((await latchkey.call('GET', '/livez')).status, 200)
  const next = { current: ALICE.password, next: GOOD }
  ok(assertBusy(await latchkey.call('POST', '/access/password', { headers: { authorization: alice.token }, body: next })))
  equal(answered.length, FLOOD - WAITING - 1)
  ok(answered.every(assertBusy))
  await estimator.close()
  ok((await Promise.all(flood)).every(assertBusy), 'no password is accepted without its estimate')
  equal((await latchkey.call('POST', '/access/login', { body: { ...ALICE, password: GOOD } })).status, 401, 'the password has not changed')
})

test('after a flood each registration succeeded or got 503, and the next one succeeds', async () => {
  await using latchkey = await startInProcess(UNLIMITED)
  const answers = await Promise.all(Array.from({ length: FLOOD }, (_, index) => registering(latchkey, index, index % 2 ? GOOD : CRAFTED)))
  const rest = answers.filter((answer) => answer.status !== 201 && answer.json.code !== 'password.too_weak')
  ok(rest.length > 0 && rest.every(assertBusy))
  equal((await registering(latchkey, FLOOD)).status, 201)
})

test('a request refused by cheap checks is neither estimated nor hashed', async () => {
  const { estimator, counts } = countedEstimator()
  await using latchkey = await startInProcess(UNLIMITED, { estimator })
  await register(latchkey)
  counts.estimates = 0
  latchkey.resetCounts()
  const refused = [
    [{ username: 'not a name', password: CRAFTED }, 'username.invalid'],
    [{ username: 'zebulon', password: 'short' }, 'password.too_short'],
    [{ username: 'zebulon', password: 'x'.repeat(257) }, 'password.too_long'],
    [{ username: 'ALICE', password: CRAFTED }, 'username.taken'],
    [{ username: 'alice', password: 'short' }, 'password.too_short'],
  ] as const
  for (const [body, code] of refused) equal((await latchkey.call('POST', '/access/register', { body })).json.code, code)
  deepEqual([counts.estimates, latchkey.counts.hashes], [0, 0])
  equal((await latchkey.call('POST', '/access/register', { body: { username: 'zebulon', password: 'letmein2026!!' } })).status, 422)
  deepEqual([counts.estimates, latchkey.counts.hashes], [1, 0], 'a weak password is not hashed')
})

test('a request of a disconnected client is neither estimated nor hashed, on every route with a password', async () => {
  await using latchkey = await startInProcess(UNLIMITED)
  const alice = await register(latchkey)
  const root = await loginAsAdmin(latchkey)
  const authorization = { authorization: alice.token }
  const asRoot = { authorization: root.token }
  const requests = [
    ['POST', '/access/register', { username: 'zebulon', password: GOOD }, {}],
    ['POST', '/access/login', ALICE, {}],
    ['POST', '/access/password', { current: ALICE.password, next: GOOD }, authorization],
    ['DELETE', '/access/account', { password: ALICE.password }, authorization],
    ['POST', '/access/admin/users', { username: 'zebulon', password: GOOD }, asRoot],
    ['PATCH', `/access/admin/users/${alice.userId}`, { password: GOOD }, asRoot],
  ] as const
  for (const [method, path, body, headers] of requests) {
    const disconnected = { body, headers, signal: AbortSignal.abort(), type: 'application/json' }
    equal((await latchkey.call(method, path, disconnected)).json.code, 'server.busy', `${method} ${path}`)
  }
  equal((await login(latchkey)).userId, alice.userId, 'nothing has changed')
  equal((await latchkey.call('POST', '/access/login', { body: { username: 'zebulon', password: GOOD } })).status, 401)
})

test('a crafted email address and username are estimated up to 64 characters of each', async () => {
  const contexts: (readonly string[])[] = []
  const real = createPasswordEstimator()
  const estimator: PasswordEstimator = {
    estimate: (password, context, signal) => {
      contexts.push(context)
      return real.estimate(password, context, signal)
    },
    close: () => real.close(),
  }
  await using latchkey = await startInProcess(UNLIMITED, { estimator })
  const email = `${'a.b-c_'.repeat(10)}x@${'d-e.'.repeat(40)}example.com`
  const { status } = await latchkey.call('POST', '/access/register', { body: { username: 'zebulonquax', password: 'zebulonquax1', email } })
  equal(status, 422, 'the name counts, however long the address is')
  ok(contexts[0]?.includes('zebulonquax'))
})

const PUBLIC_ROUTES = [
  '/.well-known/jwks.json',
  '/openapi.json',
  '/livez',
  '/sign-in',
  '/register',
  '/signed-out',
  '/docs',
  '/docs/errors',
  '/robots.txt',
  '/access/client.js',
]

test('public routes cost no read, write, hash or estimate, however often they are requested', async () => {
  const { estimator, counts } = countedEstimator()
  await using latchkey = await startInProcess(UNLIMITED, { estimator })
  for (const path of PUBLIC_ROUTES) {
    latchkey.resetCounts()
    for (let count = 0; count < 20; count += 1) {
      const { status } = await latchkey.call('GET', path)
      ok(status === 200 || status === 404, `${path}: ${status}`)
    }
    deepEqual({ ...latchkey.counts, ...counts }, { reads: 0, writes: 0, touches: 0, hashes: 0, estimates: 0 }, path)
  }
})

test('the API description is generated once, not for every request', async (t) => {
  await using latchkey = await startInProcess()
  const stringify = JSON.stringify
  let generated = 0
  t.mock.method(JSON, 'stringify', (...input: Parameters<typeof stringify>) => {
    if ((input[0] as { openapi?: unknown } | null)?.openapi !== undefined) generated += 1
    return stringify(...input)
  })
  for (let count = 0; count < 20; count += 1) equal((await latchkey.call('GET', '/openapi.json')).status, 200)
  equal(generated, 1)
})

test('readiness is probed four times a second, not for every request', async () => {
  const memory = createMemoryStore()
  let probes = 0
  const store = {
    ...memory,
    probe: async () => {
      probes += 1
      return memory.probe()
    },
  }
  await using latchkey = await startInProcess({}, { store })
  probes = 0
  for (let count = 0; count < 50; count += 1) await latchkey.call('GET', '/readyz')
  equal(probes, 1)
  latchkey.clock.advance(250)
  await Promise.all(Array.from({ length: 50 }, () => latchkey.call('GET', '/readyz')))
  equal(probes, 2)
})
