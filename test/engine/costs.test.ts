// What a request costs, counted: a warm one nothing, a cold one a single read.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SettingInputs } from '../../src/settings.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type Counts, type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register, type SignedInPerson } from '../support/people.ts'

const NOTHING: Counts = { reads: 0, writes: 0, touches: 0, hashes: 0 }

interface Signatures {
  made: number
  checked: number
}

function countSignatures({ engine }: InProcess): Signatures {
  const counted: Signatures = { made: 0, checked: 0 }
  const { keys } = engine
  const sign = keys.sign.bind(keys)
  const verify = keys.verify.bind(keys)
  keys.sign = (claims) => {
    counted.made += 1
    return sign(claims)
  }
  keys.verify = (token) => {
    counted.checked += 1
    return verify(token)
  }
  return counted
}

/** Two servers over one store: what the first issued, the second has never seen. */
async function coldServer(settings: SettingInputs = {}): Promise<{ cold: InProcess; alice: SignedInPerson; end(): Promise<void> }> {
  const store = createMemoryStore()
  const shared = { ...settings, secret: 'a-secret-that-two-servers-share-0123' }
  const first = await startInProcess(shared, { store })
  const alice = await register(first, { remember: true })
  const cold = await startInProcess(shared, { store })
  return {
    cold,
    alice,
    async end() {
      await first.engine.stop()
      await cold[Symbol.asyncDispose]()
    },
  }
}

test('a warm request by session cookie, session header or token costs no read, no write, no hash and no signature', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const byHeader = await latchkey.call('POST', '/access/login', { body: { ...ALICE, delivery: 'header' } })
  const signatures = countSignatures(latchkey)
  const credentials = [
    { cookie: alice.session },
    { authorization: alice.token },
    { authorization: `Bearer ${alice.token}` },
    { authorization: `Session ${byHeader.json.sessionCredential}` },
  ]
  latchkey.resetCounts()
  for (const headers of credentials) {
    for (const path of ['/access/session', '/access/verify', '/access/client-data']) {
      const answer = await latchkey.call('GET', path, { headers: { ...headers, 'x-forwarded-method': 'GET' } })
      assert.ok(answer.status < 300, answer.body ?? path)
    }
  }
  assert.deepEqual(latchkey.counts, NOTHING)
  assert.deepEqual(signatures, { made: 0, checked: 0 })
})

test('a cold session costs one read, and from then on nothing', async () => {
  const { cold, alice, end } = await coldServer()
  const signatures = countSignatures(cold)
  cold.resetCounts()
  assert.equal((await cold.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  assert.deepEqual(cold.counts, { ...NOTHING, reads: 1 })
  assert.equal((await cold.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  assert.deepEqual(cold.counts, { ...NOTHING, reads: 1 })
  assert.deepEqual(signatures, { made: 0, checked: 0 })
  await end()
})

test('a cold token costs one signature and no read', async () => {
  const { cold, alice, end } = await coldServer()
  const signatures = countSignatures(cold)
  cold.resetCounts()
  for (let request = 0; request < 3; request += 1) {
    assert.equal((await cold.call('GET', '/access/client-data', { headers: { authorization: alice.token } })).status, 200)
  }
  assert.deepEqual(cold.counts, NOTHING)
  assert.deepEqual(signatures, { made: 0, checked: 1 })
  await end()
})

test('a made-up credential costs no read, however often it is tried', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  latchkey.resetCounts()
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const made = `${'A'.repeat(20)}${String(attempt).padStart(2, '0')}.${'B'.repeat(64)}`
    await latchkey.call('GET', '/access/session', { headers: { cookie: `latchkey_session=${made}` } })
    await latchkey.call('GET', '/access/session', { headers: { authorization: `Session ${made}` } })
    await latchkey.call('POST', '/access/token', { headers: { cookie: `latchkey_remember=${alice.sid}.${'C'.repeat(70)}` } })
  }
  assert.deepEqual(latchkey.counts, NOTHING)
})

test('a restored remembered login costs two reads and one write', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  latchkey.resetCounts()
  assert.equal((await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })).status, 200)
  assert.deepEqual(latchkey.counts, { ...NOTHING, reads: 2, writes: 1 })
})

test('a sign-in costs one hash, right or wrong, known or unknown', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  for (const body of [
    ALICE,
    { ...ALICE, password: 'wrong' },
    { username: 'nobody', password: 'wrong' },
    { ...ALICE, password: 'x'.repeat(5000) },
  ]) {
    latchkey.resetCounts()
    await latchkey.call('POST', '/access/login', { body })
    assert.equal(latchkey.counts.hashes, 1)
  }
})

test('seen times are written together, not once a request', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const again = await login(latchkey, {}, {})
  latchkey.resetCounts()
  for (let request = 0; request < 100; request += 1) {
    latchkey.clock.turn(10)
    for (const { session } of [alice, again]) await latchkey.call('GET', '/access/session', { headers: { cookie: session } })
  }
  assert.equal(latchkey.counts.touches, 0)
  const seen = latchkey.engine.verified.takeUnflushed()
  assert.deepEqual(seen.map(({ id }) => id).sort(), [alice.sid, again.sid].sort())
})
