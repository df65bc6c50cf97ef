// Published test vectors: RFC 8037 and the Argon2 reference implementation.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash } from '@node-rs/argon2'
import { calculateJwkThumbprint, compactVerify, importJWK } from 'jose'
import { createArgon2 } from '../../src/platform/argon2.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import { createSigning } from '../../src/platform/signing.ts'

/** RFC 8037, A.1 and A.3. */
const KEY = {
  d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
  x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  kid: 'kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k',
}

const CLAIMS = {
  iss: 'https://login.example.com',
  aud: 'https://login.example.com',
  sub: 'usr_a',
  client_id: 'latchkey',
  sid: 'sid',
  jti: 'jti',
  iat: 1_700_000_000,
  exp: 1_700_000_300,
  auth_time: 1_700_000_000,
  amr: ['pwd'],
  roles: ['admin', 'ünïcode'],
}

test('the key of RFC 8037 signs unchanged, and deterministically', async () => {
  const secrets = createSecrets(['a-secret-of-at-least-32-bytes-0123456789'])
  const sealedPrivateKey = secrets.seal('signing-key', KEY.kid, KEY.d)
  const record = { kid: KEY.kid, createdAt: 0, publicKey: KEY.x, sealedPrivateKey, retiredAt: null }
  const signer = createSigning(secrets).signer([record])
  const token = signer.sign(CLAIMS)
  assert.equal(signer.sign(CLAIMS), token)
  assert.deepEqual(signer.verify(token), CLAIMS)
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: KEY.x }
  assert.equal(await calculateJwkThumbprint(jwk), KEY.kid)
  const { payload } = await compactVerify(token, await importJWK(jwk, 'EdDSA'))
  assert.deepEqual(JSON.parse(Buffer.from(payload).toString()), CLAIMS)
})

/** From the tests of the reference implementation of Argon2, version 1.3. */
const ARGON2: readonly (readonly [phc: string, password: string])[] = [
  ['$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc', 'password'],
  ['$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4', 'password'],
]

test('hashes of the reference implementation verify, and need a rehash for their parameters', async () => {
  const argon2 = createArgon2()
  for (const [phc, password] of ARGON2) {
    assert.deepEqual(await argon2.verify(phc, password), { ok: true, needsRehash: true }, phc)
    assert.deepEqual(await argon2.verify(phc, `${password}x`), { ok: false, needsRehash: false }, phc)
  }
})

test('rejecting with an outdated hash costs no less than with a current one', async () => {
  const argon2 = createArgon2()
  const cheap = await hash('a password', { algorithm: 2, memoryCost: 64, timeCost: 1, parallelism: 1 })
  const current = (await argon2.hash('a password')) ?? ''
  /** CPU time of all threads of this process, in microseconds. */
  const cpuTime = async (phc: string | null): Promise<number> => {
    const before = process.cpuUsage()
    for (let round = 0; round < 5; round += 1) await argon2.verify(phc, 'another')
    return process.cpuUsage(before).user
  }
  await cpuTime(current)
  const [forCheap, forNone, forCurrent] = [await cpuTime(cheap), await cpuTime(null), await cpuTime(current)]
  // Without the dummy hash, the first would be hundreds of times faster: half is far from both.
  assert.ok(forCheap > forCurrent / 2, `${forCheap} against ${forCurrent} µs`)
  assert.ok(forNone > forCurrent / 2, `${forNone} against ${forCurrent} µs`)
})
