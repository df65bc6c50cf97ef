// Signing keys and tokens: one algorithm, keys named after themselves, private halves sealed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calculateJwkThumbprint, importJWK, jwtVerify } from 'jose'
import { createSecrets } from '../../src/platform/secrets.ts'
import { createSigning } from '../../src/platform/signing.ts'

const secrets = createSecrets(['a-secret-of-at-least-32-bytes-0123456789'])
const signing = createSigning(secrets)
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
  roles: [],
}

test('a key is named by its own thumbprint (RFC 7638), and its private half is sealed', async () => {
  const key = signing.generate(0)
  assert.equal(key.kid, await calculateJwkThumbprint({ kty: 'OKP', crv: 'Ed25519', x: key.publicKey }))
  assert.equal(Buffer.from(key.publicKey, 'base64url').length, 32)
  assert.ok(secrets.unseal('signing-key', key.kid, key.sealedPrivateKey))
  assert.equal(secrets.unseal('signing-key', 'another', key.sealedPrivateKey), undefined)
})

test('the first key signs, all verify, others do not', () => {
  const [old, current, stranger] = [signing.generate(0), signing.generate(1), signing.generate(2)]
  const before = signing.signer([old]).sign(CLAIMS)
  const ring = signing.signer([current, old])
  assert.deepEqual(ring.verify(before), CLAIMS)
  assert.deepEqual(ring.verify(ring.sign(CLAIMS)), CLAIMS)
  assert.equal(signing.signer([old]).verify(ring.sign(CLAIMS)), undefined)
  assert.equal(ring.verify(signing.signer([stranger]).sign(CLAIMS)), undefined)
})

test('jose agrees with the signature', async () => {
  const key = signing.generate(0)
  const publicKey = await importJWK({ kty: 'OKP', crv: 'Ed25519', x: key.publicKey }, 'EdDSA')
  const { payload, protectedHeader } = await jwtVerify(signing.signer([key]).sign(CLAIMS), publicKey, {
    currentDate: new Date(1_700_000_100_000),
  })
  assert.deepEqual(payload, CLAIMS)
  assert.deepEqual(protectedHeader, { alg: 'EdDSA', typ: 'at+jwt', kid: key.kid })
})

test('under another secret the start stops, and says which setting to mend', () => {
  const key = signing.generate(0)
  const other = createSigning(createSecrets(['another-secret-of-at-least-32-bytes-0123']))
  assert.throws(() => other.signer([key]), /LATCHKEY_SECRET does not open the signing keys/)
})
