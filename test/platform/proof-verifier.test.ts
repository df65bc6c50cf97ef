// Keys that have signed before are kept as they were made: what they have not signed is refused all the same.

import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { createProofVerifier } from '../../src/platform/proof-verifier.ts'
import { makeDeviceKey, makeDeviceProof } from '../support/device-keys.ts'
import { makeDpopKey, makeDpopProof } from '../support/dpop-proofs.ts'

const PROOF_OPTIONS = { method: 'POST', url: 'https://app.example/orders', now: 1_000_000 }

test('a key that is known signs for itself alone', () => {
  const keyProofs = createProofVerifier()
  const [known, stranger] = [makeDpopKey(), makeDpopKey()]
  const good = makeDpopProof(known, PROOF_OPTIONS)
  const forged = makeDpopProof({ ...stranger, jwk: known.jwk }, PROOF_OPTIONS)
  equal(keyProofs.read(forged), undefined)
  equal(keyProofs.read(good)?.thumbprint, known.thumbprint)
  equal(keyProofs.read(forged), undefined)
  const [header, , signature] = good.split('.')
  const [, otherClaims] = makeDpopProof(known, { ...PROOF_OPTIONS, method: 'DELETE' }).split('.')
  equal(keyProofs.read([header, otherClaims, signature].join('.')), undefined)
  equal(keyProofs.read(makeDpopProof(stranger, PROOF_OPTIONS))?.thumbprint, stranger.thumbprint)
})

test('a key that is known as that of a client, or of another device, renews nothing', () => {
  const keyProofs = createProofVerifier()
  const [own, other] = [makeDeviceKey(), makeDeviceKey()]
  const keyOf = (key: typeof own) => key.jwk as never
  ok(keyProofs.readDevice(makeDeviceProof(other, { challenge: 'c', withKey: true })))
  ok(keyProofs.readDevice(makeDeviceProof(own, { challenge: 'c' }), keyOf(own)))
  equal(keyProofs.readDevice(makeDeviceProof(other, { challenge: 'c' }), keyOf(own)), undefined)
  equal(keyProofs.readDevice(makeDeviceProof(own, { challenge: 'c' }), keyOf(other)), undefined)
})

test('more keys than are kept push each other out, and all of them go on signing', () => {
  const keyProofs = createProofVerifier()
  const first = makeDpopKey()
  ok(keyProofs.read(makeDpopProof(first, PROOF_OPTIONS)))
  for (let count = 0; count < 1_500; count += 1) ok(keyProofs.read(makeDpopProof(makeDpopKey(), PROOF_OPTIONS)))
  ok(keyProofs.read(makeDpopProof(first, PROOF_OPTIONS)))
})
