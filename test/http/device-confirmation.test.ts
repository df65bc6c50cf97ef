// Between the binding of a sign-in and the first device proof: concurrent requests, lost responses, and clock skew.

import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { MINUTE, SECOND } from '../../src/domain/time.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import {
  makeDeviceKey,
  makeDeviceProof,
  postRefresh,
  postRegistration,
  refreshChallengeOf,
  registrationChallengeOf,
} from '../support/device-keys.ts'
import { cookieHeader, startInProcess } from '../support/in-process.ts'
import { toSignedInUser } from '../support/users.ts'
import { ATTACKER, bound, COPY, events, HTTPS, mint, OWNER, read, refusalOf, signIn } from './dbsc-browser.ts'

test('requests during the binding, and skipped renewals, raise no alarm', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, token } = await bound(latchkey)
  await read(latchkey, session)
  latchkey.clock.advance(MINUTE)
  await read(latchkey, session, { ...OWNER, 'secure-session-skipped': 'server_error' })
  await read(latchkey, session, { ...ATTACKER, 'secure-session-skipped': 'server_error' })
  await read(latchkey, session)
  const severities = (await events(latchkey, token)).filter(({ action }) => action === 'device.mismatch').map(({ severity }) => severity)
  // Each kind is reported once: the two notices of the owner's browser are the same.
  deepEqual(severities, ['alarm', 'alarm', 'notice'])
})

test('until the first proof arrives, earlier requests of the browser itself are accepted, and others are not', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, all } = await bound(latchkey, {}, false)
  const sentBefore = { ...OWNER, 'sec-fetch-site': 'same-origin' }
  deepEqual(refusalOf(await read(latchkey, session, { ...ATTACKER, 'sec-fetch-site': 'same-origin' })), COPY)
  deepEqual(refusalOf(await read(latchkey, session)), COPY)
  equal((await read(latchkey, session, sentBefore)).status, 200)
  equal((await mint(latchkey, session, sentBefore)).status, 200)
  equal((await read(latchkey, all)).status, 200)
  deepEqual(refusalOf(await read(latchkey, session, sentBefore)), COPY)
})

test('a browser that missed the binding response stays signed in, and can be bound when it resumes', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, remembered, device } = await bound(latchkey, {}, false)
  latchkey.clock.advance(31 * SECOND)
  equal((await read(latchkey, session)).status, 200)
  const listed = await latchkey.call('GET', '/access/sessions', { headers: { cookie: session } })
  deepEqual(
    (listed.json as { bound: boolean }[]).map(({ bound }) => bound),
    [false],
  )
  const resumed = await mint(latchkey, remembered)
  equal(resumed.status, 200)
  const jar = cookieHeader(resumed.jar)
  const proof = makeDeviceProof(makeDeviceKey(), { challenge: registrationChallengeOf(resumed) ?? '', withKey: true })
  const again = await postRegistration(latchkey, jar, proof)
  equal(again.status, 200)
  equal((await read(latchkey, `${jar}; ${cookieHeader(again.jar)}`)).status, 200)
  deepEqual(refusalOf(await read(latchkey, jar, ATTACKER)), COPY)
  notEqual(device, cookieHeader(again.jar))
})

test('a binding is confirmed during a concurrent change of the session', async () => {
  for (const turns of [0, 2, 4, 6, 8, 9, 12]) {
    await using latchkey = await startInProcess({}, HTTPS)
    const { session, remembered, all, token } = await bound(latchkey, {}, false)
    const patch = latchkey.call('PATCH', '/access/session/data', { body: { theme: 'dark' }, headers: { authorization: token, ...OWNER } })
    for (let turn = 0; turn < turns; turn += 1) await null
    const [owner, patched] = await Promise.all([read(latchkey, all), patch])
    deepEqual([owner.status, patched.status], [200, 200])
    latchkey.clock.advance(MINUTE)
    deepEqual(refusalOf(await read(latchkey, session, ATTACKER)), COPY, `after ${turns} turns`)
    deepEqual(refusalOf(await mint(latchkey, remembered, ATTACKER)), COPY)
  }
})

test('an expired proof counts as missing', async () => {
  for (const [deviceBinding, status] of [
    ['preferred', 200],
    ['required', 401],
  ] as const) {
    await using latchkey = await startInProcess({ deviceBinding, publicUrl: HTTPS.publicUrl }, HTTPS)
    const { session, device } = await bound(latchkey, {}, false)
    latchkey.clock.advance(15 * MINUTE)
    for (const cookie of [session, `${session}; ${device}`, session, `${session}; ${device}`])
      equal((await read(latchkey, cookie, { ...OWNER, 'sec-fetch-site': 'same-origin' })).status, status, deviceBinding)
  }
})

test('two servers with 90 seconds of clock skew accept each other’s proofs', async () => {
  for (const deviceBinding of ['preferred', 'required'] as const) {
    const store = createMemoryStore()
    const kept = { ...store, close: async () => {} }
    const alarms: string[] = []
    const settings = { deviceBinding, publicUrl: HTTPS.publicUrl, secret: 'a-secret-that-two-servers-share-0123' }
    const choices = { ...HTTPS, store: kept, onAlarm: ({ action }: { action: string }) => void alarms.push(action) }
    await using behind = await startInProcess(settings, choices)
    await using ahead = await startInProcess(settings, choices)
    ahead.clock.advance(90 * SECOND)
    const unbound = await signIn(behind, { path: '/access/register' })
    equal((await read(ahead, toSignedInUser(unbound, 201).session)).status, 200)
    const { all, session, key, id } = await bound(behind, { path: '/access/login' })
    for (const server of [behind, ahead]) server.clock.advance(9 * MINUTE + 55 * SECOND)
    for (const server of [behind, ahead]) equal((await read(server, all)).status, 200, deviceBinding)
    for (const [asking, answering] of [
      [behind, ahead],
      [ahead, behind],
    ] as const) {
      const { challenge = '' } = refreshChallengeOf(await postRefresh(asking, id)) ?? {}
      const renewed = await postRefresh(answering, id, makeDeviceProof(key, { challenge }))
      equal(renewed.status, 200)
      for (const server of [behind, ahead]) equal((await read(server, `${session}; ${cookieHeader(renewed.jar)}`)).status, 200)
    }
    deepEqual(alarms, [])
  }
})

test('a late first proof still confirms the binding', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, remembered, all } = await bound(latchkey, {}, false)
  latchkey.clock.advance(5 * MINUTE)
  equal((await read(latchkey, all)).status, 200)
  deepEqual(refusalOf(await read(latchkey, session)), COPY)
  deepEqual(refusalOf(await mint(latchkey, remembered)), COPY)
})
