// Keys that have signed before are kept as they were made: what they have not signed is refused all the same.

import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { createKeyProofs } from '../../src/platform/key-proofs.ts'
import { makeDeviceKey, makeDeviceProof } from '../support/device-keys.ts'
import { makeClientKey, makeProof } from '../support/key-proofs.ts'

const WISH = { method: 'POST', url: 'https://app.example/orders', now: 1_000_000 }

test('a key that is known signs for itself alone', () => {
  const keyProofs = createKeyProofs()
  const [known, stranger] = [makeClientKey(), makeClientKey()]
  const good = makeProof(known, WISH)
  const forged = makeProof({ ...stranger, jwk: known.jwk }, WISH)
  equal(keyProofs.read(forged), undefined)
  equal(keyProofs.read(good)?.thumbprint, known.thumbprint)
  equal(keyProofs.read(forged), undefined)
  const [header, , signature] = good.split('.')
  const [, otherClaims] = makeProof(known, { ...WISH, method: 'DELETE' }).split('.')
  equal(keyProofs.read([header, otherClaims, signature].join('.')), undefined)
  equal(keyProofs.read(makeProof(stranger, WISH))?.thumbprint, stranger.thumbprint)
})

test('a key that is known as that of a client, or of another device, renews nothing', () => {
  const keyProofs = createKeyProofs()
  const [own, other] = [makeDeviceKey(), makeDeviceKey()]
  const keyOf = (key: typeof own) => key.jwk as never
  ok(keyProofs.readDevice(makeDeviceProof(other, { challenge: 'c', withKey: true })))
  ok(keyProofs.readDevice(makeDeviceProof(own, { challenge: 'c' }), keyOf(own)))
  equal(keyProofs.readDevice(makeDeviceProof(other, { challenge: 'c' }), keyOf(own)), undefined)
  equal(keyProofs.readDevice(makeDeviceProof(own, { challenge: 'c' }), keyOf(other)), undefined)
})

test('more keys than are kept push each other out, and all of them go on signing', () => {
  const keyProofs = createKeyProofs()
  const first = makeClientKey()
  ok(keyProofs.read(makeProof(first, WISH)))
  for (let count = 0; count < 1_500; count += 1) ok(keyProofs.read(makeProof(makeClientKey(), WISH)))
  ok(keyProofs.read(makeProof(first, WISH)))
})
