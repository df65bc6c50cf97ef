// The cost of a request in reads, writes and signatures: with a warm cache none, with a cold cache one read.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createGuard } from '../../src/http/guard.ts'
import type { GuardOptions } from '../../src/http/guard-options.ts'
import type { SettingInputs } from '../../src/settings.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import {
  makeDeviceKey,
  makeDeviceProof,
  postRefresh,
  postRegistration,
  refreshChallengeOf,
  registrationChallengeOf,
} from '../support/device-keys.ts'
import { makeDpopKey, makeDpopProof } from '../support/dpop-proofs.ts'
import { type Counts, cookieHeader, type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register, type SignedInUser, toSignedInUser } from '../support/users.ts'

const NOTHING: Counts = { reads: 0, writes: 0, touches: 0, hashes: 0 }

interface Signatures {
  made: number
  checked: number
  /** Signatures of clients' and devices' proofs. */
  proofs: number
}

function countSignatures({ engine }: InProcess): Signatures {
  const counted: Signatures = { made: 0, checked: 0, proofs: 0 }
  const { keys, proofVerifier } = engine
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
  const { read, readDevice } = proofVerifier
  Object.assign(proofVerifier, {
    read: (text: string) => {
      counted.proofs += 1
      return read(text)
    },
    readDevice: (...args: Parameters<typeof readDevice>) => {
      counted.proofs += 1
      return readDevice(...args)
    },
  })
  return counted
}

const NO_SIGNATURE: Signatures = { made: 0, checked: 0, proofs: 0 }

/** Two servers with one store: the second has not seen the credentials that the first issued. */
async function uncachedServer(settings: SettingInputs = {}): Promise<{ cold: InProcess; alice: SignedInUser; end(): Promise<void> }> {
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
      const response = await latchkey.call('GET', path, { headers: { ...headers, 'x-forwarded-method': 'GET' } })
      assert.ok(response.status < 300, response.body ?? path)
    }
  }
  assert.deepEqual(latchkey.counts, NOTHING)
  assert.deepEqual(signatures, NO_SIGNATURE)
})

test('a cold session costs one read, and from then on nothing', async () => {
  const { cold, alice, end } = await uncachedServer()
  const signatures = countSignatures(cold)
  cold.resetCounts()
  assert.equal((await cold.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  assert.deepEqual(cold.counts, { ...NOTHING, reads: 1 })
  assert.equal((await cold.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  assert.deepEqual(cold.counts, { ...NOTHING, reads: 1 })
  assert.deepEqual(signatures, NO_SIGNATURE)
  await end()
})

test('a cold token costs one signature and no read', async () => {
  const { cold, alice, end } = await uncachedServer()
  const signatures = countSignatures(cold)
  cold.resetCounts()
  for (let request = 0; request < 3; request += 1) {
    assert.equal((await cold.call('GET', '/access/client-data', { headers: { authorization: alice.token } })).status, 200)
  }
  assert.deepEqual(cold.counts, NOTHING)
  assert.deepEqual(signatures, { ...NO_SIGNATURE, checked: 1 })
  await end()
})

test('a forged credential costs no read, however often it is tried', async () => {
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

test('resuming a session from a remember-me login costs two reads and one write', async () => {
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
    { username: 'unknown', password: 'wrong' },
    { ...ALICE, password: 'x'.repeat(5000) },
  ]) {
    latchkey.resetCounts()
    await latchkey.call('POST', '/access/login', { body })
    assert.equal(latchkey.counts.hashes, 1)
  }
})

test('last-seen times are written together, not once per request', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const again = await login(latchkey, {}, {})
  latchkey.resetCounts()
  for (let request = 0; request < 100; request += 1) {
    latchkey.clock.advance(10)
    for (const { session } of [alice, again]) await latchkey.call('GET', '/access/session', { headers: { cookie: session } })
  }
  assert.equal(latchkey.counts.touches, 0)
  const seen = latchkey.engine.credentialCache.takeDirty()
  assert.deepEqual(seen.map(({ id }) => id).sort(), [alice.sid, again.sid].sort())
})

test('a DPoP proof adds one signature and one counter write to a warm token, and no read', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const key = makeDpopKey()
  const proofFor = (method: string, path: string, token?: string) => {
    const wish = { method, url: latchkey.publicUrl + path, now: latchkey.clock.now() }
    return makeDpopProof(key, token === undefined ? wish : { ...wish, token })
  }
  const { json } = await latchkey.call('POST', '/access/login', { headers: { dpop: proofFor('POST', '/access/login') }, body: ALICE })
  const guard = createGuard(latchkey.engine)
  const ask = async (options: GuardOptions) => {
    const headers: Readonly<Record<string, string>> = { authorization: json.token, dpop: proofFor('POST', '/orders', json.token) }
    return (await guard({ method: 'POST', target: '/orders', header: (name) => headers[name] ?? null }, options)).ok
  }
  assert.equal(await ask({}), true)
  const signatures = countSignatures(latchkey)
  latchkey.resetCounts()
  assert.equal(await ask({ auth: 'dpop' }), true)
  assert.deepEqual(latchkey.counts, { ...NOTHING, writes: 1 })
  assert.deepEqual(signatures, { ...NO_SIGNATURE, proofs: 1 })
  latchkey.resetCounts()
  assert.equal(await ask({}), true)
  assert.deepEqual(latchkey.counts, NOTHING)
  assert.deepEqual(signatures, { ...NO_SIGNATURE, proofs: 1 })
})

test('renewing a device proof costs one signature, one read and one write; a request with it costs nothing', async () => {
  await using latchkey = await startInProcess({}, { publicUrl: 'https://app.example' })
  const response = await latchkey.call('POST', '/access/register', { body: ALICE })
  const key = makeDeviceKey()
  const { session } = toSignedInUser(response, 201)
  const { json } = await postRegistration(
    latchkey,
    session,
    makeDeviceProof(key, { challenge: registrationChallengeOf(response) ?? '', withKey: true }),
  )
  const id = json.session_identifier
  const challenge = refreshChallengeOf(await postRefresh(latchkey, id))?.challenge ?? ''
  const signatures = countSignatures(latchkey)
  latchkey.resetCounts()
  const { jar } = await postRefresh(latchkey, id, makeDeviceProof(key, { challenge }))
  assert.deepEqual(latchkey.counts, { ...NOTHING, reads: 1, writes: 1 })
  assert.deepEqual(signatures, { ...NO_SIGNATURE, proofs: 1 })
  const headers = { cookie: `${session}; ${cookieHeader(jar)}` }
  assert.equal((await latchkey.call('GET', '/access/client-data', { headers })).status, 200)
  latchkey.resetCounts()
  assert.equal((await latchkey.call('GET', '/access/client-data', { headers })).status, 200)
  assert.deepEqual(latchkey.counts, NOTHING)
  assert.deepEqual(signatures, { ...NO_SIGNATURE, proofs: 1 })
})
