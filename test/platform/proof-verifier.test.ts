// The proof verifier caches imported keys, and still rejects what a cached key has not signed.

import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { createProofVerifier } from '../../src/platform/proof-verifier.ts'
import { makeDeviceKey, makeDeviceProof } from '../support/device-keys.ts'
import { makeDpopKey, makeDpopProof } from '../support/dpop-proofs.ts'

const PROOF_OPTIONS = { method: 'POST', url: 'https://app.example/orders', now: 1_000_000 }

test('a cached key verifies only its own signatures', () => {
  const verifier = createProofVerifier()
  const [cached, other] = [makeDpopKey(), makeDpopKey()]
  const valid = makeDpopProof(cached, PROOF_OPTIONS)
  const forged = makeDpopProof({ ...other, jwk: cached.jwk }, PROOF_OPTIONS)
  equal(verifier.read(forged), undefined)
  equal(verifier.read(valid)?.thumbprint, cached.thumbprint)
  equal(verifier.read(forged), undefined)
  const [header, , signature] = valid.split('.')
  const [, otherClaims] = makeDpopProof(cached, { ...PROOF_OPTIONS, method: 'DELETE' }).split('.')
  equal(verifier.read([header, otherClaims, signature].join('.')), undefined)
  equal(verifier.read(makeDpopProof(other, PROOF_OPTIONS))?.thumbprint, other.thumbprint)
})

test('a proof of another device key does not verify for a bound device', () => {
  const verifier = createProofVerifier()
  const [own, other] = [makeDeviceKey(), makeDeviceKey()]
  const keyOf = (key: typeof own) => key.jwk as never
  ok(verifier.readDevice(makeDeviceProof(other, { challenge: 'c', withKey: true })))
  ok(verifier.readDevice(makeDeviceProof(own, { challenge: 'c' }), keyOf(own)))
  equal(verifier.readDevice(makeDeviceProof(other, { challenge: 'c' }), keyOf(own)), undefined)
  equal(verifier.readDevice(makeDeviceProof(own, { challenge: 'c' }), keyOf(other)), undefined)
})

test('when keys are evicted from the cache, their proofs still verify', () => {
  const verifier = createProofVerifier()
  const first = makeDpopKey()
  ok(verifier.read(makeDpopProof(first, PROOF_OPTIONS)))
  for (let count = 0; count < 1_500; count += 1) ok(verifier.read(makeDpopProof(makeDpopKey(), PROOF_OPTIONS)))
  ok(verifier.read(makeDpopProof(first, PROOF_OPTIONS)))
})
