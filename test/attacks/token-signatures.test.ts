// Signing keys of two algorithms: neither verifies for the other, and ES256 signatures have one encoding. In Latchkey and latchkey/verify.

import assert from 'node:assert/strict'
import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { algorithmOf, publicJwkOf, replaceSigningKeys, type SigningKeyRecord } from '../../src/domain/key-ring.ts'
import { createSigning } from '../../src/platform/signing.ts'
import { createVerifier, type Verifier } from '../../src/verify/index.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { register } from '../support/users.ts'

/** The order of P-256 (SEC 2, 2.4.2). */
const N = BigInt('0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
const bytes = (number: bigint) => Buffer.from(number.toString(16).padStart(64, '0'), 'hex')
const numberOf = (part: Buffer) => BigInt(`0x${part.toString('hex')}`)
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

let latchkey: InProcess
let verifier: Verifier
let elliptic: SigningKeyRecord
let edwards: SigningKeyRecord
let claims: string
before(async () => {
  latchkey = await startInProcess({ tokenAlg: 'ES256' })
  const { engine } = latchkey
  edwards = createSigning(engine.secrets).generate(latchkey.clock.now(), 'EdDSA')
  const ring = await engine.keys.read()
  // Like after a change from EdDSA.
  const changed = replaceSigningKeys({ ...ring, signing: edwards }, ring, latchkey.clock.now(), 300_000)
  await engine.store.write([{ do: 'replace key ring', next: changed, ifVersion: ring.version }])
  elliptic = (await engine.keys.read()).signing
  claims = (await register(latchkey)).token.split('.')[1] ?? ''
  const clocks = { monotonic: () => performance.now(), wall: () => latchkey.clock.now() }
  const overHandle: typeof fetch = async (url) => {
    const { status, body } = await latchkey.call('GET', new URL(String(url)).pathname)
    return new Response(body, { status })
  }
  verifier = createVerifier({ issuer: latchkey.publicUrl, onFeedLoss: 'accept', fetch: overHandle }, clocks)
  await verifier.ready()
})
after(async () => {
  verifier.close()
  await latchkey[Symbol.asyncDispose]()
})

async function results(token: string): Promise<readonly [string, string]> {
  const { status } = await latchkey.call('GET', '/access/session', { headers: { authorization: `Bearer ${token}` } })
  const result = await verifier.verify(token)
  return [status === 200 ? 'ok' : 'refused', result.ok ? 'ok' : 'refused']
}

const accepted = async (token: string, what?: string) => assert.deepEqual(await results(token), ['ok', 'ok'], what)
const refused = async (token: string, what?: string) => assert.deepEqual(await results(token), ['refused', 'refused'], what)

function privateKey(key: SigningKeyRecord): KeyObject {
  const d = latchkey.engine.secrets.unseal('signing-key', key.kid, key.sealedPrivateKey) ?? ''
  return createPrivateKey({ key: { ...publicJwkOf(key), d }, format: 'jwk' })
}

function textFor({ kid }: SigningKeyRecord, alg: string): string {
  return `${encoded({ alg, typ: 'at+jwt', kid })}.${claims}`
}

const ecdsa = (text: string, key: KeyObject) => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
const eddsa = (text: string, key: KeyObject) => sign(null, Buffer.from(text), key)
const withSignature = (text: string, signature: Buffer) => `${text}.${signature.toString('base64url')}`

test('Control: each key signs tokens that its own algorithm accepts', async () => {
  assert.deepEqual([algorithmOf(elliptic), algorithmOf(edwards)], ['ES256', 'EdDSA'])
  for (const [key, alg, make] of [
    [elliptic, 'ES256', ecdsa],
    [edwards, 'EdDSA', eddsa],
  ] as const) {
    const text = textFor(key, alg)
    await accepted(withSignature(text, make(text, privateKey(key))), alg)
  }
})

test('Each key verifies only its own algorithm, whichever key or algorithm the header names', async () => {
  for (const named of [elliptic, edwards])
    for (const alg of ['ES256', 'EdDSA', 'Ed25519', 'ES384', 'ES512', 'ES256K', 'HS256', 'none', 'es256', 'EDDSA'])
      for (const signing of [elliptic, edwards]) {
        const text = textFor(named, alg)
        const make = signing === elliptic ? ecdsa : eddsa
        const isGenuine = named === signing && alg === algorithmOf(named)
        if (!isGenuine) await refused(withSignature(text, make(text, privateKey(signing))), `${alg} with ${algorithmOf(signing)}`)
      }
})

test('The public key does not work as an HMAC secret', async () => {
  const { x, y } = publicJwkOf(elliptic) as { x: string; y: string }
  const point = Buffer.concat([Buffer.from('04', 'hex'), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  for (const secret of [elliptic.publicKey, x, Buffer.from(x, 'base64url'), point, JSON.stringify(publicJwkOf(elliptic)), ''])
    for (const alg of ['HS256', 'ES256']) {
      const text = textFor(elliptic, alg)
      await refused(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`)
    }
})

test('Another key on the same curve is refused', async () => {
  const otherKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const text = textFor(elliptic, 'ES256')
  await refused(withSignature(text, ecdsa(text, otherKey.privateKey)))
  const jwk = otherKey.publicKey.export({ format: 'jwk' })
  const own = `${encoded({ alg: 'ES256', typ: 'at+jwt', kid: elliptic.kid, jwk })}.${claims}`
  await refused(withSignature(own, ecdsa(own, otherKey.privateKey)))
})

describe('Signatures of ES256', () => {
  const good = () => {
    const text = textFor(elliptic, 'ES256')
    const signature = ecdsa(text, privateKey(elliptic))
    return { text, signature, r: signature.subarray(0, 32), s: signature.subarray(32) }
  }

  test('in DER, the default of OpenSSL, are refused', async () => {
    const { text } = good()
    for (let round = 0; round < 10; round += 1) await refused(withSignature(text, sign('sha256', Buffer.from(text), privateKey(elliptic))))
  })

  test('of zero, of the order, and beyond it, are refused', async () => {
    const { text, r, s } = good()
    const [zero, order, one, most] = [0n, N, 1n, 2n ** 256n - 1n].map(bytes) as [Buffer, Buffer, Buffer, Buffer]
    const pairs = [
      [zero, zero],
      [zero, s],
      [r, zero],
      [order, s],
      [r, order],
      [order, order],
      [one, one],
      [most, most],
      [s, r],
    ] as const
    for (const pair of pairs) await refused(withSignature(text, Buffer.concat(pair)), Buffer.concat(pair).toString('hex'))
    const [beyondR, beyondS] = [numberOf(r) + N, numberOf(s) + N]
    if (beyondR < 2n ** 256n) await refused(withSignature(text, Buffer.concat([bytes(beyondR), s])))
    if (beyondS < 2n ** 256n) await refused(withSignature(text, Buffer.concat([r, bytes(beyondS)])))
  })

  test('of another length are refused', async () => {
    const { text, signature, r, s } = good()
    const others = [
      signature.subarray(0, 63),
      signature.subarray(1),
      r,
      Buffer.alloc(0),
      Buffer.concat([signature, Buffer.alloc(1)]),
      Buffer.concat([Buffer.alloc(1), signature]),
      Buffer.concat([r, Buffer.alloc(1), s]),
      Buffer.concat([signature, signature]),
      Buffer.concat([Buffer.alloc(16), r, Buffer.alloc(16), s]),
    ]
    for (const other of others) await refused(withSignature(text, other), `${other.length} bytes`)
  })

  test('with the other of the two possible values of s are accepted, as in JOSE (RFC 7518, 3.4)', async () => {
    const { text, r, s } = good()
    const mirrored = withSignature(text, Buffer.concat([r, bytes(N - numberOf(s))]))
    await accepted(mirrored)
    await accepted(withSignature(text, Buffer.concat([r, s])))
  })

  test('with any bit changed are refused', async () => {
    const { text, signature } = good()
    for (let bit = 0; bit < 512; bit += 7) {
      const changed = Buffer.from(signature)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      await refused(withSignature(text, changed), `bit ${bit}`)
    }
  })

  test('in another spelling of base64url are refused', async () => {
    const { text, signature } = good()
    const spelled = signature.toString('base64url')
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    await refused(`${text}.${spelled}==`)
    await refused(`${text}.${signature.toString('base64')}`)
    await refused(`${text}.${spelled.slice(0, -1)}${alphabet[alphabet.indexOf(spelled.at(-1) ?? '') ^ 1]}`)
  })
})

test('After logout a token with the mirrored signature is refused like the original', async () => {
  const alice = await register(latchkey, { username: 'Mirrored' })
  const [header, payload, signature = ''] = alice.token.split('.')
  const [r, s] = [Buffer.from(signature, 'base64url').subarray(0, 32), Buffer.from(signature, 'base64url').subarray(32)]
  const mirrored = withSignature(`${header}.${payload}`, Buffer.concat([r, bytes(N - numberOf(s))]))
  const ask = async (token: string) => (await latchkey.call('GET', '/access/session', { headers: { authorization: token } })).status
  assert.deepEqual([await ask(alice.token), await ask(mirrored)], [200, 200])
  await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  assert.deepEqual([await ask(alice.token), await ask(mirrored)], [401, 401])
})
