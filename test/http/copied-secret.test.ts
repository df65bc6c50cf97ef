// A secret copied to another deployment: seals are bound to the public URL and the cookie name, and open nothing there.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPair, lineageOfPair } from '../../src/engine/cookie-pair.ts'
import { challengeTime, isDeviceProofOf, issueDeviceProof, registrationChallenge } from '../../src/engine/dbsc-proofs.ts'
import { isKnownDevice, sealKnownDevice } from '../../src/engine/login-throttle.ts'
import type { SettingInputs } from '../../src/settings.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'

const secret = 'one-secret-that-was-copied-to-staging'
const PRODUCTION = 'https://login.example.test'

function deployment(publicUrl: string, settings: SettingInputs = {}): Promise<InProcess> {
  return startInProcess({ secret, publicUrl, cookieDomain: 'example.test', ...settings }, { publicUrl })
}

test('known-device marks, challenges, device proofs and pairs open only in the deployment that sealed them', async () => {
  await using production = await deployment(PRODUCTION)
  await using again = await deployment(PRODUCTION)
  await using staging = await deployment('https://login.staging.example.test')
  await using renamed = await deployment(PRODUCTION, { cookieName: 'staging' })
  const now = production.clock.now()
  const mark = sealKnownDevice(production.engine, 'alice', undefined)
  const challenge = registrationChallenge(production.engine, 'lineage', now)
  const proof = issueDeviceProof(production.engine, 'lineage', now)
  const pair = createPair(production.engine, 'lineage') ?? ''
  const opens = ({ engine }: InProcess) => [
    isKnownDevice(engine, mark),
    challengeTime(engine, 'device-binding', 'lineage', challenge) === now,
    isDeviceProofOf(engine, 'lineage', proof),
    lineageOfPair(engine, pair) === 'lineage',
  ]
  assert.deepEqual(opens(production), [true, true, true, true])
  assert.deepEqual(opens(again), [true, true, true, true], 'another server of the same deployment')
  assert.deepEqual(opens(staging), [false, false, false, false])
  assert.deepEqual(opens(renamed), [false, false, false, false])
})

test('an older, unbound known-device mark still opens, and is bound when it is renewed', async () => {
  await using production = await deployment(PRODUCTION)
  await using staging = await deployment('https://login.staging.example.test')
  const before = production.engine.secrets.seal('known-device', '', JSON.stringify({ device: 'x', users: [] }))
  assert.equal(isKnownDevice(production.engine, before), true)
  const renewed = sealKnownDevice(production.engine, 'alice', before)
  assert.equal(isKnownDevice(production.engine, renewed), true)
  assert.equal(isKnownDevice(staging.engine, renewed), false)
})
