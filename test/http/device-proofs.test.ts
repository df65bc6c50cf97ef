// The renewal of device proofs, and every proof that is refused.

import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { MINUTE, SECOND } from '../../src/domain/time.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import {
  type DeviceKey,
  type DeviceProofOptions,
  makeDeviceKey,
  makeDeviceProof,
  postRefresh,
  postRegistration,
  refreshChallengeOf,
  registrationChallengeOf,
} from '../support/device-keys.ts'
import { cookieHeader, startInProcess } from '../support/in-process.ts'
import { toSignedInUser } from '../support/users.ts'
import { ATTACKER, bind, bound, COPY, DEVICE, HTTPS, OWNER, read, refusalOf, signIn } from './dbsc-browser.ts'

test('a proof is renewed with a requested challenge, or with the one sent in advance', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { key, id, session } = await bound(latchkey)
  latchkey.clock.advance(12 * MINUTE)
  const asked = await postRefresh(latchkey, id)
  deepEqual(refusalOf(asked), [403, 'proof.required', 'device_challenge'])
  const { challenge = '', id: named } = refreshChallengeOf(asked) ?? {}
  equal(named, id)
  const renewed = await postRefresh(latchkey, id, makeDeviceProof(key, { challenge }))
  equal(renewed.status, 200)
  equal((await read(latchkey, `${session}; ${cookieHeader(renewed.jar)}`)).status, 200)
  latchkey.clock.advance(9 * MINUTE)
  const ahead = await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: refreshChallengeOf(renewed)?.challenge ?? '' }))
  equal(ahead.status, 200)
  notEqual(ahead.jar[DEVICE], renewed.jar[DEVICE])
})

test('a renewal or binding whose response was lost can be repeated for a short time', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const answer = await signIn(latchkey)
  const { cookies } = toSignedInUser(answer, 201)
  const key = makeDeviceKey()
  const registration = makeDeviceProof(key, { challenge: registrationChallengeOf(answer) ?? '', withKey: true })
  const first = await postRegistration(latchkey, cookies, registration)
  const again = await postRegistration(latchkey, cookies, registration)
  deepEqual([first.status, again.status, again.json], [200, 200, first.json])
  latchkey.clock.advance(31 * SECOND)
  equal((await read(latchkey, `${cookies}; ${cookieHeader(again.jar)}`)).status, 200)
  equal((await postRegistration(latchkey, cookies, registration)).status, 401)

  const id = first.json.session_identifier
  const proof = makeDeviceProof(key, { challenge: refreshChallengeOf(await postRefresh(latchkey, id))?.challenge ?? '' })
  for (let time = 0; time < 3; time += 1) equal((await postRefresh(latchkey, id, proof)).status, 200)
  latchkey.clock.advance(31 * SECOND)
  deepEqual(refusalOf(await postRefresh(latchkey, id, proof)), [403, 'proof.required', 'device_challenge'])
})

test('concurrent renewals of one browser all succeed', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { key, id } = await bound(latchkey)
  const challenges = await Promise.all([1, 2, 3, 4].map(async () => refreshChallengeOf(await postRefresh(latchkey, id))?.challenge ?? ''))
  const answers = await Promise.all(challenges.map((challenge) => postRefresh(latchkey, id, makeDeviceProof(key, { challenge }))))
  deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  )
})

const hmac = (text: string) => createHmac('sha256', 'secret').update(text).digest()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const padded = (text: string) => sign('sha256', Buffer.from(text), rsa.privateKey)

/** The alterations, for both renewal and binding. */
const ALTERED: readonly (readonly [
  string,
  (key: DeviceKey, challenge: string) => Partial<DeviceProofOptions> & { readonly by?: DeviceKey },
])[] = [
  ['of no algorithm', () => ({ header: { alg: 'none' }, signed: () => Buffer.alloc(0) })],
  ['of no algorithm, with the right signature', () => ({ header: { alg: 'none' } })],
  ['RS256', () => ({ header: { alg: 'RS256' }, signed: padded })],
  ['HS256', () => ({ header: { alg: 'HS256' }, signed: hmac })],
  ['ES256 in name, HMAC in truth', () => ({ signed: hmac })],
  ['of another type', () => ({ header: { typ: 'jwt' } })],
  ['a proof of a client key', () => ({ header: { typ: 'dpop+jwt' } })],
  ['with crit', () => ({ header: { crit: ['exp'] } })],
  ['with DER for a signature', (key) => ({ signed: (text) => sign('sha256', Buffer.from(text), key.privateKey) })],
  ['of zeros', () => ({ signed: () => Buffer.alloc(64) })],
  ['without a challenge', () => ({ claims: { jti: undefined } })],
  ['with an empty challenge', () => ({ claims: { jti: '' } })],
  ['with a challenge that is no text', () => ({ claims: { jti: 7 } })],
  ['with a made-up challenge', () => ({ claims: { jti: 'AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA' } })],
  ['with an altered challenge', (_, challenge) => ({ claims: { jti: `${challenge.slice(0, -2)}AA` } })],
  ['for another address', () => ({ claims: { aud: 'https://evil.example/access/device/refresh' } })],
  ['for addresses', () => ({ claims: { aud: ['https://app.example/access/device/refresh'] } })],
  ['oversized', () => ({ claims: { padding: 'x'.repeat(4000) } })],
]

for (const [what, change] of ALTERED)
  test(`an altered device proof neither binds nor renews: ${what}`, async () => {
    await using latchkey = await startInProcess({}, HTTPS)
    const answer = await signIn(latchkey)
    const { cookies, session } = toSignedInUser(answer, 201)
    const key = makeDeviceKey()
    const challenge = registrationChallengeOf(answer) ?? ''
    const bad = await postRegistration(latchkey, cookies, makeDeviceProof(key, { challenge, withKey: true, ...change(key, challenge) }))
    deepEqual([bad.status, bad.json.code, bad.cookies], [401, 'proof.required', []])
    equal((await read(latchkey, session)).status, 200)

    const { id } = await bind(latchkey, cookies, key, challenge)
    const asked = refreshChallengeOf(await postRefresh(latchkey, id))?.challenge ?? ''
    const altered = await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: asked, ...change(key, asked) }))
    ok(altered.status === 401 || altered.status === 403, String(altered.status))
    deepEqual([altered.json.code, altered.cookies], ['proof.required', []])
    equal((await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: asked }))).status, 200)
  })

test('accepts a proof with the right audience, and a quoted one', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const answer = await signIn(latchkey)
  const key = makeDeviceKey()
  const claims = { aud: `${latchkey.publicUrl}/access/device/register` }
  const proof = makeDeviceProof(key, { challenge: registrationChallengeOf(answer) ?? '', withKey: true, claims })
  const { json } = await postRegistration(latchkey, toSignedInUser(answer, 201).cookies, `"${proof}"`)
  const id = json.session_identifier
  const { challenge = '' } = refreshChallengeOf(await postRefresh(latchkey, `"${id}"`)) ?? {}
  const quoted = makeDeviceProof(key, { challenge, claims: { aud: `${latchkey.publicUrl}/access/device/refresh` } })
  equal((await postRefresh(latchkey, `"${id}"`, `"${quoted}"`)).status, 200)
})

test('refuses another key, a key at renewal, no key at binding, and challenges of other bindings', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { key, id, session } = await bound(latchkey)
  const other = await bound(latchkey, { path: '/access/login' })
  const ask = async (name: string) => refreshChallengeOf(await postRefresh(latchkey, name))?.challenge ?? ''
  const challenge = await ask(id)
  const tries = [
    await postRefresh(latchkey, id, makeDeviceProof(makeDeviceKey(), { challenge })),
    await postRefresh(latchkey, id, makeDeviceProof(key, { challenge, withKey: true })),
    await postRefresh(latchkey, id, makeDeviceProof(other.key, { challenge: await ask(other.id) })),
    await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: await ask(other.id) })),
    await postRefresh(latchkey, other.id, makeDeviceProof(key, { challenge })),
  ]
  for (const { status, cookies } of tries) {
    ok(status === 401 || status === 403)
    deepEqual(cookies, [])
  }
  const fresh = await signIn(latchkey, { path: '/access/login' })
  const { cookies } = toSignedInUser(fresh, 200)
  const bindings = [
    await postRegistration(latchkey, cookies, makeDeviceProof(key, { challenge: registrationChallengeOf(fresh) ?? '' })),
    await postRegistration(latchkey, cookies, makeDeviceProof(key, { challenge, withKey: true })),
    await postRegistration(latchkey, session, makeDeviceProof(key, { challenge: registrationChallengeOf(fresh) ?? '', withKey: true })),
    await latchkey.call('POST', '/access/device/register', { headers: { cookie: cookies } }),
    await postRegistration(latchkey, '', makeDeviceProof(key, { challenge: registrationChallengeOf(fresh) ?? '', withKey: true })),
  ]
  for (const { status } of bindings) equal(status, 401)
})

test('refuses a challenge older than the last used one, and an expired challenge', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { key, id } = await bound(latchkey)
  const ask = async () => refreshChallengeOf(await postRefresh(latchkey, id))?.challenge ?? ''
  const older = await ask()
  latchkey.clock.advance(SECOND)
  const newer = await ask()
  equal((await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: newer }))).status, 200)
  equal((await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: older }))).status, 403)
  const waiting = await ask()
  latchkey.clock.advance(16 * MINUTE)
  equal((await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: waiting }))).status, 403)
})

test('an older binding is terminated once another user has signed in: two must not guard one cookie', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const alice = await bound(latchkey)
  latchkey.clock.advance(11 * MINUTE)
  // Her proof has expired and was not renewed: her cookies count like a copy, and her lineage stays.
  const body = { username: 'Bob', password: 'seven-grey-herons-at-dusk', remember: true }
  const jar = `${alice.session}; ${alice.remembered}`
  const headers = { 'user-agent': OWNER['user-agent'], cookie: jar, 'secure-session-skipped': 'quota_exceeded' }
  const bob = toSignedInUser(await latchkey.call('POST', '/access/register', { body, headers }), 201)
  for (const cookie of [bob.cookies, bob.session, bob.remembered]) {
    const { status, json, cookies } = await postRefresh(latchkey, alice.id, undefined, { headers: { cookie } })
    deepEqual([status, json, cookies], [200, { continue: false }, []])
  }
  const { challenge = '' } = refreshChallengeOf(await postRefresh(latchkey, alice.id)) ?? {}
  const proof = makeDeviceProof(alice.key, { challenge })
  deepEqual((await postRefresh(latchkey, alice.id, proof, { headers: { cookie: bob.cookies } })).json, { continue: false })
  for (const cookie of ['', jar, alice.session, alice.remembered, 'latchkey_session=made.up'])
    equal((await postRefresh(latchkey, alice.id, proof, { headers: { cookie } })).status, 200, cookie)
})

test('only requests from our own origin bind and renew', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { id } = await bound(latchkey)
  for (const headers of [
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
  ])
    for (const path of ['register', 'refresh'])
      equal((await latchkey.call('POST', `/access/device/${path}`, { headers: { ...headers, 'sec-secure-session-id': id } })).status, 403)
})

test('a binding survives a restart and a secret rotation', async () => {
  const store = createMemoryStore()
  const kept = { ...store, close: async () => {} }
  const [older, newer] = ['an-old-secret-of-thirty-two-bytes!', 'a-new-secret-of-thirty-two-bytes!!']
  let key: DeviceKey
  let session: string
  let challenge: string
  let id: string
  {
    await using before = await startInProcess({ secret: older }, { ...HTTPS, store: kept })
    ;({ key, session, id } = await bound(before))
    challenge = refreshChallengeOf(await postRefresh(before, id))?.challenge ?? ''
  }
  await using after = await startInProcess({ secret: `${newer},${older}` }, { ...HTTPS, store: kept })
  const renewed = await postRefresh(after, id, makeDeviceProof(key, { challenge }))
  equal(renewed.status, 200)
  equal((await read(after, `${session}; ${cookieHeader(renewed.jar)}`)).status, 200)
  deepEqual(refusalOf(await read(after, session, ATTACKER)), COPY)
})
