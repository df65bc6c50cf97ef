// Signing keys and tokens: each key has one algorithm, its thumbprint as key id, and a sealed private key.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { calculateJwkThumbprint, importJWK, jwtVerify } from 'jose'
import { publicJwkOf } from '../../src/domain/key-ring.ts'
import { TOKEN_ALGORITHMS } from '../../src/domain/public-key.ts'
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

for (const algorithm of TOKEN_ALGORITHMS) {
  const generate = (at: number) => signing.generate(at, algorithm)

  test(`${algorithm}: the key id is the thumbprint (RFC 7638), and the private key is sealed`, async () => {
    const key = generate(0)
    assert.equal(key.kid, await calculateJwkThumbprint({ ...publicJwkOf(key) }))
    for (const coordinate of key.publicKey.split('.')) assert.equal(Buffer.from(coordinate, 'base64url').length, 32)
    assert.ok(secrets.unseal('signing-key', key.kid, key.sealedPrivateKey))
    assert.equal(secrets.unseal('signing-key', 'another', key.sealedPrivateKey), undefined)
  })

  test(`${algorithm}: the first key signs, all keys of the ring verify, and others do not`, () => {
    const [old, current, other] = [generate(0), generate(1), generate(2)]
    const before = signing.signer([old]).sign(CLAIMS)
    const ring = signing.signer([current, old])
    assert.deepEqual(ring.verify(before), CLAIMS)
    assert.deepEqual(ring.verify(ring.sign(CLAIMS)), CLAIMS)
    assert.equal(signing.signer([old]).verify(ring.sign(CLAIMS)), undefined)
    assert.equal(ring.verify(signing.signer([other]).sign(CLAIMS)), undefined)
  })

  test(`${algorithm}: jose verifies the signature`, async () => {
    const key = generate(0)
    const publicKey = await importJWK({ ...publicJwkOf(key) }, algorithm)
    // Each ECDSA signature differs, and its numbers are always 32 bytes, with leading zeros.
    for (let round = 0; round < 50; round += 1) {
      const { payload, protectedHeader } = await jwtVerify(signing.signer([key]).sign(CLAIMS), publicKey, {
        currentDate: new Date(1_700_000_100_000),
      })
      assert.deepEqual(payload, CLAIMS)
      assert.deepEqual(protectedHeader, { alg: algorithm, typ: 'at+jwt', kid: key.kid })
    }
  })

  test(`${algorithm}: with another secret, signing fails and names the setting to fix`, () => {
    const withOtherSecret = createSigning(createSecrets(['another-secret-of-at-least-32-bytes-0123']))
    assert.throws(() => withOtherSecret.signer([generate(0)]), /LATCHKEY_SECRET cannot decrypt the signing keys/)
  })
}

test('keys of both algorithms verify in one ring, each with its own algorithm', () => {
  const [edwards, elliptic] = [signing.generate(0, 'EdDSA'), signing.generate(0, 'ES256')]
  const ring = signing.signer([elliptic, edwards])
  assert.deepEqual(ring.verify(ring.sign(CLAIMS)), CLAIMS)
  assert.deepEqual(ring.verify(signing.signer([edwards]).sign(CLAIMS)), CLAIMS)
})

test('a key record without an algorithm, from an earlier version, is an EdDSA key', () => {
  const { alg: _, ...before } = signing.generate(0, 'EdDSA')
  const token = signing.signer([before]).sign(CLAIMS)
  assert.equal(JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).alg, 'EdDSA')
  assert.deepEqual(signing.signer([signing.generate(1, 'ES256'), before]).verify(token), CLAIMS)
})
