// Refusal timing: refusing a password takes the same time for every user, that of the slowest kind of hash in the store, without CPU time.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compose } from '../../src/compose.ts'
import { equalCostHash } from '../../src/domain/hash-cost.ts'
import type { UserRecord } from '../../src/domain/user.ts'
import { changePassword } from '../../src/engine/account.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { importUsers } from '../../src/engine/import-users.ts'
import { login } from '../../src/engine/login.ts'
import { addUser, setDisabled } from '../../src/engine/users.ts'
import { createArgon2 } from '../../src/platform/argon2.ts'
import { systemTimers } from '../../src/platform/clock.ts'
import type { CallerSignal } from '../../src/ports/caller-signal.ts'
import type { PasswordHasher } from '../../src/ports/passwords.ts'
import type { Store } from '../../src/ports/store.ts'
import { readSettings } from '../../src/settings.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { waitFor } from '../support/wait-for.ts'

const bcrypt = (cost: number) => `$2b$${cost}$${'s'.repeat(22)}${'k'.repeat(31)}`
const PBKDF2 = `pbkdf2_sha256$600000$salt$${'q'.repeat(43)}=`
const SCRYPT = `scrypt$16384$salt$8$1$${'q'.repeat(86)}==`

/** Measured milliseconds, by the beginning of the stored hash. */
const HASH_TIMES: readonly (readonly [string, number])[] = [
  ['$2b$13', 790],
  ['$2b$10', 176],
  ['pbkdf2', 320],
  ['$scrypt', 70],
  ['scrypt', 70],
]
const CURRENT_HASH_TIME = 26

function timeOf(stored: string | null): number {
  return HASH_TIMES.find(([beginning]) => stored?.startsWith(beginning))?.[1] ?? CURRENT_HASH_TIME
}

interface TestEngine {
  readonly engine: Engine
  readonly hasher: PasswordHasher
  /** How long each refusal waited, in milliseconds. */
  readonly waits: number[]
  /** Calls of `verify`, and of `measure`. */
  readonly verified: (string | null)[]
  readonly measured: string[]
}

const SETTINGS = readSettings(
  { secret: 'a-secret-of-this-test-alone-0123456789', loginLimit: '100000/5m,100000/5m', registrationLimit: '100000/1h' },
  (key) => key,
)

/** An engine with simulated hash times; waits are recorded instead of waited for. */
async function start(store: Store = createMemoryStore(), wait?: (signal?: CallerSignal) => Promise<void>): Promise<TestEngine> {
  let now = Date.now()
  const waits: number[] = []
  const verified: (string | null)[] = []
  const measured: string[] = []
  const real = createArgon2()
  const hasher: PasswordHasher = {
    ...real,
    async verify(stored, _password, _signal, began) {
      verified.push(stored)
      // First in the queue, then hashing. With concurrent refusals a simulated clock could not attribute the time.
      if (wait === undefined) now += 5_000
      began?.()
      if (wait === undefined) now += timeOf(stored)
      return { ok: false, needsRehash: false }
    },
    async measure(sample) {
      measured.push(sample)
      return timeOf(sample)
    },
  }
  const timers = {
    ...systemTimers,
    pause: async () => {},
    wait: async (milliseconds: number, signal?: CallerSignal) => {
      waits.push(milliseconds)
      await wait?.(signal)
    },
  }
  const engine = await compose(SETTINGS, 'http://localhost:3000', { store, hasher, timers, clock: { now: () => now } })
  return { engine, hasher, waits, verified, measured }
}

async function importHashes(engine: Engine, users: Readonly<Record<string, string>>): Promise<void> {
  const lines = Object.entries(users).map(([username, hash], line) => ({ line, values: { username, hash } }))
  for await (const result of importUsers(engine, lines)) assert.equal(result.outcome, 'imported', JSON.stringify(result))
}

/** How long a refusal took from the start of the verification, in milliseconds. */
async function timeRefusal(
  { engine, waits, verified }: TestEngine,
  username: string,
  password = 'wrong',
  signal?: CallerSignal,
): Promise<number> {
  waits.length = 0
  verified.length = 0
  const input = { username, password, remember: false, delivery: 'header', knownDevice: undefined } as const
  const refused = await login(engine, input, { ip: '192.0.2.1', userAgent: '' }, { sessions: [], rememberMe: [] }, signal)
  assert.ok('code' in refused && refused.code === 'credentials.invalid')
  assert.equal(verified.length, 1, 'one verification')
  return timeOf(verified[0] ?? null) + waits.reduce((sum, wait) => sum + wait, 0)
}

const OWN_USER = { username: 'own', password: 'blue-tulip-under-7-moons', email: null, roles: [] }

async function end({ engine }: TestEngine): Promise<void> {
  await engine.stop()
}

test('unknown user, own hash, disabled, no password, bcrypt of cost 10 and 13, scrypt and PBKDF2 are refused after the same time', async () => {
  const testEngine = await start()
  for (const username of ['own', 'disabled']) await addUser(testEngine.engine, 'operator', { ...OWN_USER, username })
  await setDisabled(testEngine.engine, 'operator', 'disabled', true)
  await importHashes(testEngine.engine, { ten: bcrypt(10), thirteen: bcrypt(13), django: PBKDF2, slow: SCRYPT })
  const times = []
  for (const name of ['unknown', 'own', 'disabled', 'ten', 'thirteen', 'django', 'slow', 'not a name at all'])
    times.push(await timeRefusal(testEngine, name))
  assert.deepEqual(new Set(times), new Set([Math.ceil(1.25 * 790)]))
  await end(testEngine)
})

test('when the store has no legacy hashes, nothing is measured and nothing waits', async () => {
  const testEngine = await start()
  await addUser(testEngine.engine, 'operator', OWN_USER)
  for (const name of ['unknown', 'own']) assert.equal(await timeRefusal(testEngine, name), CURRENT_HASH_TIME)
  assert.deepEqual([testEngine.waits, testEngine.measured], [[], []])
  await end(testEngine)
})

test('a password with several normalisation forms is hashed once for each, so every user is refused that much later', async () => {
  const testEngine = await start()
  await importHashes(testEngine.engine, { thirteen: bcrypt(13) })
  const times = []
  for (const name of ['unknown', 'thirteen']) times.push(await timeRefusal(testEngine, name, 'caf\u00e9'))
  assert.deepEqual(new Set(times), new Set([Math.ceil(2 * 1.25 * 790)]))
  await end(testEngine)
})

test('a password above the maximum length is refused at once, for any user', async () => {
  const testEngine = await start()
  await importHashes(testEngine.engine, { thirteen: bcrypt(13) })
  for (const name of ['unknown', 'thirteen']) {
    await timeRefusal(testEngine, name, 'x'.repeat(300))
    assert.deepEqual(testEngine.waits, [])
  }
  await end(testEngine)
})

test('a wrong password in a password change takes the same time', async () => {
  const testEngine = await start()
  await importHashes(testEngine.engine, { thirteen: bcrypt(13) })
  const own = await addUser(testEngine.engine, 'operator', OWN_USER)
  assert.ok('id' in own)
  const user = await testEngine.engine.store.users.findByUsernameKey('own')
  assert.ok(user)
  const principal = { userId: user.id, sid: 'none', roles: [], amr: [], authTime: 0 }
  const typed = { password: 'wrong', knownDevice: undefined }
  testEngine.waits.length = 0
  await changePassword(testEngine.engine, principal as never, typed, 'nine-amber-lanterns-adrift', { ip: '', userAgent: '' })
  assert.deepEqual(testEngine.waits, [Math.ceil(1.25 * 790 - CURRENT_HASH_TIME)])
  await end(testEngine)
})

test('every process learns of an import at once, also one that starts later; each measures only the slowest of each kind', async () => {
  const store = createMemoryStore()
  const [first, second] = [await start(store), await start(store)]
  await importHashes(first.engine, { ten: bcrypt(10), thirteen: bcrypt(13) })
  const slowest = equalCostHash(bcrypt(13))
  await waitFor('the other process to receive the samples', () => second.engine.refusalTiming.includes(slowest ?? ''))
  const third = await start(store)
  for (const testEngine of [first, second, third]) {
    assert.equal(await timeRefusal(testEngine, 'unknown'), Math.ceil(1.25 * 790))
    assert.deepEqual(new Set(testEngine.measured), new Set([slowest]))
    await end(testEngine)
  }
})

/** A store of a version that did not record the hash kinds of imported users. */
async function unsurveyedStore(users: Readonly<Record<string, string>>): Promise<Store> {
  const store = createMemoryStore()
  const testEngine = await start(store)
  await importHashes(testEngine.engine, users)
  await testEngine.engine.stop()
  const ring = await store.findKeyRing()
  assert.ok(ring)
  const { slowHashes: _, ...before } = ring
  assert.ok(
    (await store.write([{ do: 'replace key ring', next: { ...before, version: ring.version + 1 }, ifVersion: ring.version }])).committed,
  )
  return store
}

test('a database of an earlier version is surveyed once, page by page, in the background', async () => {
  const many = Object.fromEntries(Array.from({ length: 450 }, (_, index) => [`user${index}`, bcrypt(10)]))
  const store = await unsurveyedStore({ ...many, thirteen: bcrypt(13) })
  const testEngine = await start(store)
  await waitFor('the survey of all users', async () => ((await store.findKeyRing())?.slowHashes?.surveyedAt ?? 0) > 0)
  assert.equal(await timeRefusal(testEngine, 'unknown'), Math.ceil(1.25 * 790))
  await end(testEngine)
})

test('a hash that another program wrote is recorded when it is refused, and that refusal already takes as long', async () => {
  const store = createMemoryStore()
  const testEngine = await start(store)
  await addUser(testEngine.engine, 'operator', OWN_USER)
  const user = (await store.users.findByUsernameKey('own')) as UserRecord
  const next = { ...user, passwordHash: bcrypt(13), version: user.version + 1 }
  assert.ok((await store.write([{ do: 'replace user', next, ifVersion: user.version }])).committed)
  assert.equal(await timeRefusal(testEngine, 'own'), Math.ceil(1.25 * 790))
  assert.equal(await timeRefusal(testEngine, 'unknown'), Math.ceil(1.25 * 790))
  await waitFor('the sample in the key ring', async () => (await store.findKeyRing())?.slowHashes?.samples.length === 1)
  await end(testEngine)
})

test('after the last legacy hash is replaced, the next survey ends the waiting', async () => {
  const store = createMemoryStore()
  const testEngine = await start(store)
  await importHashes(testEngine.engine, { thirteen: bcrypt(13) })
  const user = (await store.users.findByUsernameKey('thirteen')) as UserRecord
  const passwordHash = (await testEngine.hasher.hash('new')) ?? ''
  await store.write([{ do: 'replace user', next: { ...user, passwordHash, version: user.version + 1 }, ifVersion: user.version }])
  const ring = await store.findKeyRing()
  assert.ok(ring?.slowHashes)
  const aDayAgo = { ...ring, version: ring.version + 1, slowHashes: { ...ring.slowHashes, surveyedAt: 0 } }
  await store.write([{ do: 'replace key ring', next: aDayAgo, ifVersion: ring.version }])
  await testEngine.engine.stop()
  const later = await start(store)
  await waitFor('the survey', async () => (await store.findKeyRing())?.slowHashes?.samples.length === 0)
  assert.equal(await timeRefusal(later, 'unknown'), CURRENT_HASH_TIME)
  await end(later)
})

test('a refusal stops waiting when its caller is gone, and the number of waiting refusals is limited', async () => {
  const listeners = new Set<() => void>()
  const signal = {
    aborted: false,
    addEventListener: (_: 'abort', listener: () => void) => void listeners.add(listener),
    removeEventListener: (_: 'abort', listener: () => void) => void listeners.delete(listener),
  }
  const held = Promise.withResolvers<void>()
  const testEngine = await start(createMemoryStore(), (given) => (given === signal ? systemTimers.wait(600_000, given) : held.promise))
  await importHashes(testEngine.engine, { thirteen: bcrypt(13) })
  const gone = timeRefusal(testEngine, 'unknown', 'wrong', signal)
  await waitFor('the wait to begin', () => listeners.size > 0)
  for (const listener of listeners) listener()
  await gone
  assert.equal(listeners.size, 0)

  const ask = () =>
    login(
      testEngine.engine,
      { username: 'unknown', password: 'wrong', remember: false, delivery: 'header', knownDevice: undefined },
      { ip: '192.0.2.1', userAgent: '' },
      { sessions: [], rememberMe: [] },
    )
  testEngine.waits.length = 0
  const waiting = Array.from({ length: 1000 }, ask)
  await waitFor('a thousand to wait', () => testEngine.waits.length === 1000)
  const refused = await ask()
  assert.ok('code' in refused && refused.code === 'server.busy')
  held.resolve()
  for (const response of await Promise.all(waiting)) assert.ok('code' in response && response.code === 'credentials.invalid')
  await end(testEngine)
})

test('the real hasher verifies and measures dummy hashes of every kind', async () => {
  const hasher = createArgon2()
  const own = (await hasher.hash('own')) ?? ''
  assert.equal(hasher.equalCostHash?.(own), undefined)
  for (const stored of [
    bcrypt(4).replace('$4$', '$04$'),
    PBKDF2.replace('600000', '1000'),
    SCRYPT,
    '$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5aw',
  ]) {
    const sample = hasher.equalCostHash?.(stored)
    assert.ok(sample, stored)
    assert.ok(((await hasher.measure?.(sample)) ?? 0) > 0, sample)
    assert.equal((await hasher.verify(sample, 'measured'))?.ok, false)
  }
  let begun = 0
  await hasher.verify(own, 'wrong', undefined, () => {
    begun += 1
  })
  assert.equal(begun, 1)
})
