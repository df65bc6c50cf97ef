// Differential test: `jose` accepts everything that our verifier accepts, and ours accepts one encoding of each token.

import assert from 'node:assert/strict'
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { register } from '../support/users.ts'

/** The order of the group of Ed25519 (RFC 8032, 5.1). */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n

function privateKeyOf({ engine }: InProcess): KeyObject {
  const { sealedPrivateKey, kid, publicKey: x } = engine.keys.published()[0] ?? { sealedPrivateKey: '', kid: '', publicKey: '' }
  const d = engine.secrets.unseal('signing-key', kid, sealedPrivateKey) ?? ''
  return createPrivateKey({ key: { kty: 'OKP', crv: 'Ed25519', x, d }, format: 'jwk' })
}

async function joseAccepts(latchkey: InProcess, keys: JSONWebKeySet, token: string): Promise<boolean> {
  const { publicUrl, clock } = latchkey
  const expected = { algorithms: ['EdDSA'], typ: 'at+jwt', issuer: publicUrl, audience: publicUrl, currentDate: new Date(clock.now()) }
  return jwtVerify(token, createLocalJWKSet(keys), expected).then(
    () => true,
    () => false,
  )
}

async function weAccept(latchkey: InProcess, token: string): Promise<boolean> {
  const { status } = await latchkey.call('GET', '/access/client-data', { headers: { authorization: `Bearer ${token}` } })
  // A comma makes it two credentials, which is a malformed request.
  assert.equal(status, status === 200 ? 200 : token.includes(',') ? 400 : 401)
  return status === 200
}

function little(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
}

test('a signature has one form: the same scalar plus the order of the group is refused (RFC 8032, 5.1.7)', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  const [header = '', payload = '', signature = ''] = token.split('.')
  const bytes = Buffer.from(signature, 'base64url')
  const scalar = (little(bytes.subarray(32)) + ORDER).toString(16).padStart(64, '0')
  const other = Buffer.concat([bytes.subarray(0, 32), Buffer.from(scalar, 'hex').reverse()])
  assert.equal(other.length, 64)
  assert.equal(await weAccept(latchkey, token), true)
  assert.equal(await weAccept(latchkey, `${header}.${payload}.${other.toString('base64url')}`), false)
})

test('a token altered anywhere is refused', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  const edits = fc.array(
    fc.tuple(fc.nat(token.length), fc.nat(3), fc.oneof(fc.constantFrom('A', '.', '=', '+', '/', '-', '_'), fc.string({ maxLength: 2 }))),
    { minLength: 1, maxLength: 3 },
  )
  await fc.assert(
    fc.asyncProperty(edits, async (all) => {
      const altered = all.reduce((text, [at, removed, inserted]) => text.slice(0, at) + inserted + text.slice(at + removed), token)
      // White space around a header's value is not part of it (RFC 9110, 5.5).
      if (altered.trim() !== token) assert.equal(await weAccept(latchkey, altered), false, altered)
    }),
    { numRuns: 2_000 },
  )
})

test('of tokens signed with our key, jose accepts those that we accept, and we accept only our own header', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  const keys = (await latchkey.call('GET', '/.well-known/jwks.json')).json
  const key = privateKeyOf(latchkey)
  const [ownHeader, ownClaims] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString())
  const header: Readonly<Record<string, unknown>> = JSON.parse(ownHeader ?? '')
  const claims: Readonly<Record<string, unknown>> = JSON.parse(ownClaims ?? '')
  const now = Math.floor(latchkey.clock.now() / 1000)
  const odd = fc.constantFrom<unknown>(undefined, null, '', 0, -1, now, now + 30, now + 3600, now - 1, `${now + 30}`, [], ['x'], {}, true)
  const change = (of: object) =>
    fc.oneof({ weight: 1, arbitrary: fc.constant({}) }, fc.dictionary(fc.constantFrom(...Object.keys(of)), odd))
  const moreHeader = fc.dictionary(fc.constantFrom('crit', 'b64', 'jwk', 'cty', 'zip', 'nonce'), odd, { maxKeys: 1 })
  let both = 0
  await fc.assert(
    fc.asyncProperty(change(header), moreHeader, change(claims), async (headerChange, more, claimsChange) => {
      const parts = [JSON.stringify({ ...header, ...headerChange, ...more }), JSON.stringify({ ...claims, ...claimsChange })]
      const input = parts.map((part) => Buffer.from(part).toString('base64url')).join('.')
      const token = `${input}.${sign(null, Buffer.from(input), key).toString('base64url')}`
      if (!(await weAccept(latchkey, token))) return
      both += 1
      assert.equal(parts[0], ownHeader, 'the header is our own')
      assert.ok(await joseAccepts(latchkey, keys, token), parts.join(' '))
    }),
    { numRuns: 1_000 },
  )
  assert.ok(both > 0, 'some were accepted')
})

test('forged tokens cause no more than one read of the store', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  const forged = (index: number) =>
    `${Buffer.from(JSON.stringify({ alg: 'EdDSA', typ: 'at+jwt', kid: `${index}` })).toString('base64url')}.${token.slice(token.indexOf('.') + 1)}`
  latchkey.resetCounts()
  for (let index = 0; index < 200; index += 1) assert.equal(await weAccept(latchkey, forged(index)), false)
  assert.ok(latchkey.counts.reads <= 1, `${latchkey.counts.reads} reads`)
  assert.equal(latchkey.counts.writes, 0)
})
