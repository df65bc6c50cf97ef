// DPoP-bound tokens (RFC 9449): how they are issued, which routes need a proof, and which proofs are refused.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type DpopProofOptions, makeDpopKey, makeDpopProof } from '../support/dpop-proofs.ts'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'
import { boundToken, call } from './dpop-token.ts'

const NEXT = 'seven-grey-herons-at-dusk'
const PASSWORDS = { current: ALICE.password, next: NEXT }

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

test('every sign-in with a DPoP proof issues a token bound to its key', async () => {
  await using latchkey = await startInProcess()
  const key = makeDpopKey()
  const registered = await call(latchkey, key, 'POST', '/access/register', { body: { ...ALICE, delivery: 'header' } })
  const signedIn = await call(latchkey, key, 'POST', '/access/login', { body: { ...ALICE, delivery: 'header' } })
  const minted = await call(latchkey, key, 'POST', '/access/token', {
    headers: { authorization: `Session ${signedIn.json.sessionCredential}` },
  })
  const changed = await call(latchkey, key, 'POST', '/access/password', { token: minted.json.token, body: PASSWORDS })
  for (const { json, status } of [registered, signedIn, minted, changed]) {
    ok(status === 200 || status === 201)
    equal(json.tokenType, 'DPoP')
    deepEqual(claimsOf(json.token).cnf, { jkt: key.thumbprint })
  }
  const unbound = await latchkey.call('POST', '/access/login', { body: { ...ALICE, password: NEXT } })
  deepEqual([unbound.json.tokenType, claimsOf(unbound.json.token).cnf], ['Bearer', undefined])
})

test('a bound token reads without a proof, and needs one on sensitive routes', async () => {
  await using latchkey = await startInProcess()
  const { sid } = await register(latchkey)
  const key = makeDpopKey()
  const token = await boundToken(latchkey, key)
  for (const scheme of ['DPoP ', 'Bearer ', ''])
    equal((await latchkey.call('GET', '/access/session', { headers: { authorization: scheme + token } })).status, 200)
  const sensitive: readonly (readonly [string, string, unknown?])[] = [
    ['POST', '/access/password', PASSWORDS],
    ['DELETE', '/access/account', { password: ALICE.password }],
    ['DELETE', '/access/sessions?except=current'],
    ['DELETE', `/access/sessions/${sid}`],
  ]
  for (const [method, path, body] of sensitive) {
    const { status, json, headers } = await latchkey.call(method, path, { headers: { authorization: token }, body })
    deepEqual([status, json.code, json.reason], [401, 'proof.required', 'missing'], path)
    equal(headers['www-authenticate'], 'DPoP algs="ES256"')
  }
  const [path = ''] = '/access/sessions?except=current'.split('?')
  const proof = makeDpopProof(key, { method: 'DELETE', url: latchkey.publicUrl + path, now: latchkey.clock.now(), token })
  equal((await latchkey.call('DELETE', '/access/sessions?except=current', { headers: { authorization: token, dpop: proof } })).status, 200)
  equal((await call(latchkey, key, 'POST', '/access/password', { token, body: PASSWORDS })).status, 200)
})

test('a bound token can log out without a proof, but needs one for everywhere', async () => {
  await using latchkey = await startInProcess()
  const { userId, token: elsewhere } = await register(latchkey)
  const key = makeDpopKey()
  const token = await boundToken(latchkey, key)
  const path = `/access/logout/${userId}`
  const out = (method: string, query: string, headers: object) =>
    latchkey.call(method, path + query, { headers: { authorization: token, ...headers } })
  const proofFor = (method: string) => ({
    dpop: makeDpopProof(key, { method, url: latchkey.publicUrl + path, now: latchkey.clock.now(), token }),
  })
  for (const method of ['GET', 'POST'])
    for (const query of [
      '?everywhere=true',
      '?everywhere=true&everywhere=false',
      '?everywhere=false&everywhere=true',
      '?%65verywhere=true',
    ]) {
      const { status, json, cookies } = await out(method, query, {})
      deepEqual([status, json.code, json.reason, cookies], [401, 'proof.required', 'missing', []], method + query)
    }
  equal((await latchkey.call('GET', '/access/session', { headers: { authorization: elsewhere } })).status, 200)
  deepEqual((await out('POST', '?everywhere=true', proofFor('POST'))).json, { ended: { sessions: 2, rememberMe: 0 } })
  const again = await boundToken(latchkey, key)
  equal((await latchkey.call('GET', path, { headers: { authorization: again } })).status, 200)
})

test('an unbound token, and a session in the header, need no proof', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  equal((await latchkey.call('DELETE', '/access/sessions?except=current', { headers: { authorization: token } })).status, 200)
  const { json } = await latchkey.call('POST', '/access/login', { body: { ...ALICE, delivery: 'header' } })
  const headers = { authorization: `Session ${json.sessionCredential}` }
  equal((await latchkey.call('POST', '/access/password', { headers, body: PASSWORDS })).status, 200)
})

test('every altered proof is refused and changes nothing', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const [key, other] = [makeDpopKey(), makeDpopKey()]
  const token = await boundToken(latchkey, key)
  const another = await boundToken(latchkey, key)
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const der = (text: string) => sign('sha256', Buffer.from(text), key.privateKey)
  const seconds = Math.floor(latchkey.clock.now() / 1000)
  const wrong: Readonly<Record<string, readonly [string, Partial<DpopProofOptions>]>> = {
    'no signature': ['malformed', { signed: () => Buffer.alloc(0) }],
    'alg none': ['malformed', { header: { alg: 'none' }, signed: () => Buffer.alloc(0) }],
    HS256: [
      'malformed',
      { header: { alg: 'HS256' }, signed: (text) => createHmac('sha256', JSON.stringify(key.jwk)).update(text).digest() },
    ],
    RS256: [
      'malformed',
      { header: { alg: 'RS256', jwk: rsa.export({ format: 'jwk' }) }, signed: (text) => sign('sha256', Buffer.from(text), rsa) },
    ],
    'a signature in DER': ['malformed', { signed: der }],
    'signed by another key than it names': ['malformed', { header: { jwk: other.jwk } }],
    'no key': ['malformed', { header: { jwk: undefined } }],
    'a private key': ['malformed', { header: { jwk: key.privateKey.export({ format: 'jwk' }) } }],
    'a point off the curve': ['malformed', { header: { jwk: { ...key.jwk, y: key.jwk.x } } }],
    'another type': ['malformed', { header: { typ: 'JWT' } }],
    'something critical': ['malformed', { header: { crit: ['b64'], b64: false } }],
    'no id': ['malformed', { claims: { jti: undefined } }],
    'an id that is too long': ['malformed', { claims: { jti: 'x'.repeat(129) } }],
    'no time': ['malformed', { claims: { iat: undefined } }],
    'a time in words': ['malformed', { claims: { iat: 'now' } }],
    oversized: ['malformed', { claims: { more: 'x'.repeat(3_000) } }],
    'another method': ['method', { method: 'GET' }],
    'another path': ['url', { url: `${latchkey.publicUrl}/access/account` }],
    'another origin': ['url', { url: 'https://elsewhere.example/access/password' }],
    'no address': ['url', { url: '/access/password' }],
    'from a minute ago': ['time', { claims: { iat: seconds - 61 } }],
    'from in a minute': ['time', { claims: { iat: seconds + 61 } }],
    'for no token': ['token', { claims: { ath: undefined } }],
    'for another token': ['token', { token: another }],
  }
  for (const [name, [reason, change]] of Object.entries(wrong)) {
    const { status, json, headers } = await call(latchkey, key, 'POST', '/access/password', { token, change, body: PASSWORDS })
    deepEqual([status, json.code, json.reason], [401, 'proof.required', reason], name)
    equal(headers['www-authenticate'], 'DPoP error="invalid_dpop_proof", algs="ES256"')
  }
  const byAnother = await call(latchkey, other, 'POST', '/access/password', { token, body: PASSWORDS })
  deepEqual([byAnother.status, byAnother.json.reason], [401, 'key'])
  for (const dpop of ['', '.', 'a.b.c', `"${'x'.repeat(20)}"`, '\u00e9'])
    equal(
      (await latchkey.call('POST', '/access/password', { headers: { authorization: token, dpop }, body: PASSWORDS })).json.reason,
      'malformed',
    )
  const good = () => makeDpopProof(key, { method: 'POST', url: `${latchkey.publicUrl}/access/password`, now: latchkey.clock.now(), token })
  const twice = await latchkey.call('POST', '/access/password', {
    headers: { authorization: token, dpop: `${good()}, ${good()}` },
    body: PASSWORDS,
  })
  deepEqual([twice.status, twice.json.reason], [400, 'duplicate_header'])
  equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 200, 'the password is as it was')
})

test('an invalid proof is refused where a token is issued, and starts no session', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const refused = await call(latchkey, makeDpopKey(), 'POST', '/access/login', { body: ALICE, change: { method: 'GET' } })
  deepEqual([refused.status, refused.json.code, refused.jar], [401, 'proof.required', {}])
})

test('a proof is accepted once across all processes', async () => {
  const store = createMemoryStore()
  const settings = { secret: 'a-secret-that-two-servers-share-0123' }
  await using first = await startInProcess(settings, { store })
  await register(first)
  const key = makeDpopKey()
  const token = await boundToken(first, key)
  const path = '/access/sessions?except=current'
  const proof = (jti?: string) =>
    makeDpopProof(key, {
      method: 'DELETE',
      url: `${first.publicUrl}/access/sessions`,
      now: first.clock.now(),
      token,
      ...(jti === undefined ? {} : { claims: { jti } }),
    })
  const once = proof()
  const use = async (dpop: string) => (await first.call('DELETE', path, { headers: { authorization: token, dpop } })).json
  ok((await use(once)).ended)
  equal((await use(once)).reason, 'replayed')
  first.clock.advance(60_000)
  equal((await use(once)).reason, 'replayed', 'while its time is still valid')
  first.clock.advance(1_000)
  equal((await use(once)).reason, 'time')
  const seconds = Math.floor(first.clock.now() / 1000)
  const url = `${first.publicUrl}/access/sessions`
  const ahead = makeDpopProof(key, { method: 'DELETE', url, now: first.clock.now(), token, claims: { iat: seconds + 60 } })
  ok((await use(ahead)).ended)
  first.clock.advance(120_000)
  equal((await use(ahead)).reason, 'replayed')
  const together = await Promise.all(Array.from({ length: 8 }, () => use(proof('same'))))
  equal(together.filter(({ ended }) => ended !== undefined).length, 1)
  const second = await startInProcess(settings, { store })
  second.clock.advance(first.clock.now() - second.clock.now())
  const headers = { authorization: token, dpop: proof() }
  ok((await second.call('DELETE', path, { headers })).json.ended)
  equal((await first.call('DELETE', path, { headers })).json.reason, 'replayed')
  await second.engine.stop()
})

test('a proof for a new token is not recorded, so that clients cannot fill the store, and binds to the same key again', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const key = makeDpopKey()
  const dpop = makeDpopProof(key, { method: 'POST', url: `${latchkey.publicUrl}/access/login`, now: latchkey.clock.now() })
  latchkey.resetCounts()
  equal((await latchkey.call('POST', '/access/login', { headers: { dpop }, type: 'text/plain', body: 'x' })).status, 415)
  deepEqual({ ...latchkey.counts }, { reads: 0, writes: 0, touches: 0, hashes: 0 })
  for (let time = 0; time < 2; time += 1) {
    const { json } = await latchkey.call('POST', '/access/login', { headers: { dpop }, body: ALICE })
    deepEqual(claimsOf(json.token).cnf, { jkt: key.thumbprint })
  }
})

test('a route without a proof costs nothing more, and a proof is read once', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const key = makeDpopKey()
  const token = await boundToken(latchkey, key)
  const headers = { authorization: token }
  await latchkey.call('GET', '/access/session', { headers })
  latchkey.resetCounts()
  await latchkey.call('GET', '/access/session', { headers: { ...headers, dpop: 'never looked at' } })
  deepEqual({ ...latchkey.counts }, { reads: 0, writes: 0, touches: 0, hashes: 0 })
  let read = 0
  const { proofVerifier } = latchkey.engine
  const original = proofVerifier.read
  Object.assign(proofVerifier, {
    read: (proof: string) => {
      read += 1
      return original(proof)
    },
  })
  equal((await call(latchkey, key, 'DELETE', '/access/sessions/none', { token })).json.code, 'resource.not_found')
  equal(read, 1)
})

test('with DPoP off no token is bound and no proof is required', async () => {
  await using latchkey = await startInProcess({ dpop: 'off' })
  await register(latchkey)
  const { json } = await call(latchkey, makeDpopKey(), 'POST', '/access/login', { body: ALICE, change: { method: 'GET' } })
  deepEqual([json.tokenType, claimsOf(json.token).cnf], ['Bearer', undefined])
})

test('a bound token is revoked with its session, and cannot be unbound by altering it', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const key = makeDpopKey()
  const token = await boundToken(latchkey, key)
  const { id: code } = (await latchkey.call('GET', '/access/session', { headers: { authorization: token } })).json.user
  equal((await latchkey.call('POST', `/access/logout/${code}`, { headers: { authorization: token } })).status, 200)
  const { status, json } = await call(latchkey, key, 'POST', '/access/password', { token, body: PASSWORDS })
  deepEqual([status, json.code, json.reason], [401, 'token.invalid', 'session_ended'])
  const altered = token.replace(
    /\.[\w-]+\./,
    (payload) => `.${Buffer.from(JSON.stringify({ ...claimsOf(payload), cnf: undefined })).toString('base64url')}.`,
  )
  notEqual(altered, token)
  match(
    (await latchkey.call('POST', '/access/password', { headers: { authorization: altered }, body: PASSWORDS })).json.code,
    /token\.invalid/,
  )
})
