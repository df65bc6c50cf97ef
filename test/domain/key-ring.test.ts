// The key ring: a key is published, signs, retires, and is dropped when its last token has expired.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  algorithmOf,
  createKeyRing,
  type KeyRingRecord,
  publicJwkOf,
  replaceSigningKeys,
  rotateKeyRing,
  type SigningKeyRecord,
  verifyingKeys,
} from '../../src/domain/key-ring.ts'

const LIFETIME = 300_000
/** A token's lifetime, plus the minute in which other processes may still sign. */
const KEPT = LIFETIME + 60_000

function key(kid: string, createdAt = 0): SigningKeyRecord {
  return { kid, createdAt, publicKey: `public ${kid}`, sealedPrivateKey: `sealed ${kid}`, retiredAt: null }
}

function kids(ring: KeyRingRecord, now: number): string {
  return verifyingKeys(ring, now, LIFETIME)
    .map(({ kid }) => kid)
    .join('')
}

const service = { id: 'i', name: 'billing', hash: 'h', createdAt: 0 }
const first = { ...createKeyRing(key('a'), key('b'), 0), services: [service] }

test('a new ring signs with one key and publishes the next', () => {
  assert.deepEqual(createKeyRing(key('a'), key('b'), 7), {
    version: 1,
    signing: key('a'),
    next: key('b'),
    retired: [],
    services: [],
    rotatedAt: 7,
  })
  assert.equal(kids(first, 0), 'ab')
})

test('rotation: the next key signs, the signing key retires, service keys stay', () => {
  const ring = rotateKeyRing(first, key('c'), 1000, LIFETIME)
  const retired = [{ ...key('a'), retiredAt: 1000 }]
  assert.deepEqual(ring, { version: 2, signing: key('b'), next: key('c'), retired, services: [service], rotatedAt: 1000 })
  assert.equal(first.signing.retiredAt, null, 'the previous ring is unchanged')
})

test('a retired key verifies until its last token has expired, whether or not the ring is rotated again', () => {
  const ring = rotateKeyRing(first, key('c'), 1000, LIFETIME)
  assert.equal(kids(ring, 1000), 'bca')
  assert.equal(kids(ring, 1000 + KEPT - 1), 'bca')
  assert.equal(kids(ring, 1000 + KEPT), 'bc')
})

test('rotation keeps retired keys that still verify, newest first, and drops the others', () => {
  const twice = rotateKeyRing(rotateKeyRing(first, key('c'), 1000, LIFETIME), key('d'), 1000 + KEPT - 1, LIFETIME)
  assert.equal(kids(twice, 1000 + KEPT - 1), 'cdba')
  const later = rotateKeyRing(rotateKeyRing(first, key('c'), 1000, LIFETIME), key('d'), 1000 + KEPT, LIFETIME)
  assert.deepEqual(
    later.retired.map(({ kid }) => kid),
    ['b'],
  )
})

test('replacement keys sign at once; the former signing key verifies until its last token has expired, and the next key is dropped', () => {
  const ring = replaceSigningKeys(first, { signing: key('x'), next: key('y') }, 1000, LIFETIME)
  const retired = [{ ...key('a'), retiredAt: 1000 }]
  assert.deepEqual(ring, { version: 2, signing: key('x'), next: key('y'), retired, services: [service], rotatedAt: 1000 })
  assert.equal(kids(ring, 1000 + KEPT - 1), 'xya')
  assert.equal(kids(ring, 1000 + KEPT), 'xy')
})

test('a record without an algorithm is for EdDSA, and each key has the members of its own kind', () => {
  assert.equal(algorithmOf(key('a')), 'EdDSA')
  assert.deepEqual(publicJwkOf({ ...key('a'), publicKey: 'X' }), { crv: 'Ed25519', kty: 'OKP', x: 'X' })
  const elliptic = { ...key('a'), alg: 'ES256', publicKey: 'X.Y' } as const
  assert.equal(algorithmOf(elliptic), 'ES256')
  assert.deepEqual(publicJwkOf(elliptic), { crv: 'P-256', kty: 'EC', x: 'X', y: 'Y' })
})

test('after any number of rotations a key is published before it signs, and verifies every token that it signed', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 2 * KEPT }), { maxLength: 12 }), (pauses) => {
      let ring: KeyRingRecord = first
      let now = 0
      const signed: { kid: string; until: number }[] = []
      for (const [index, pause] of pauses.entries()) {
        now += pause
        signed.push({ kid: ring.signing.kid, until: now + LIFETIME })
        const published = ring.next.kid
        ring = rotateKeyRing(ring, key(`[${index}]`, now), now, LIFETIME)
        assert.equal(ring.signing.kid, published)
        const verifying = verifyingKeys(ring, now, LIFETIME).map(({ kid }) => kid)
        assert.equal(verifying[0], ring.signing.kid)
        assert.equal(new Set(verifying).size, verifying.length)
        for (const { kid, until } of signed) if (now < until) assert.ok(verifying.includes(kid), kid)
      }
      assert.equal(ring.version, 1 + pauses.length)
    }),
  )
})
