// Sign-ins that are bound to the device they were made on: how they are bound and renewed, and what a copy of them gets, which is nothing.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { MINUTE, SECOND } from '../../src/domain/time.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import {
  challenged,
  type DeviceKey,
  type DeviceProofWish,
  makeDeviceKey,
  makeDeviceProof,
  offered,
  postRefresh,
  postRegistration,
} from '../support/device-keys.ts'
import { type Called, cookieHeader, type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, person } from '../support/people.ts'

const HTTPS = { publicUrl: 'https://app.example' }
const OWNER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/153.0' }
const THIEF = { 'user-agent': 'curl/8.14.1' }
const DEVICE = '__Host-latchkey_device'

async function signIn(latchkey: InProcess, { path = '/access/register', remember = true, cookies = '' } = {}): Promise<Called> {
  const answer = await latchkey.call('POST', path, {
    body: { ...ALICE, remember },
    headers: { ...OWNER, ...(cookies && { cookie: cookies }) },
  })
  ok(answer.status === 200 || answer.status === 201, answer.body ?? '')
  return answer
}

interface Bound {
  readonly key: DeviceKey
  /** The name of the binding: that of the lineage. */
  readonly id: string
  readonly session: string
  readonly remembered: string
  readonly device: string
  readonly all: string
  readonly token: string
}

/** Signed in and bound, as a browser is that can. */
async function bound(latchkey: InProcess, choices: Parameters<typeof signIn>[1] = {}, seen = true): Promise<Bound> {
  const answer = await signIn(latchkey, choices)
  const { cookies, session, remembered, token } = person(answer, answer.status)
  const key = makeDeviceKey()
  const registered = await postRegistration(latchkey, cookies, makeDeviceProof(key, { challenge: offered(answer) ?? '', withKey: true }))
  equal(registered.status, 200, registered.body ?? '')
  const device = cookieHeader(registered.jar)
  if (seen) equal((await read(latchkey, `${cookies}; ${device}`)).status, 200)
  return { key, id: registered.json.session_identifier, session, remembered, device, all: `${cookies}; ${device}`, token }
}

const read = (latchkey: InProcess, cookie: string, headers: object = OWNER) =>
  latchkey.call('GET', '/access/session', { headers: { cookie, ...headers } })
const mint = (latchkey: InProcess, cookie: string, headers: object = OWNER) =>
  latchkey.call('POST', '/access/token', { headers: { cookie, ...headers } })

async function operations(latchkey: InProcess, token: string) {
  const { json } = await latchkey.call('GET', '/access/operations', { headers: { authorization: token } })
  return json.operations as readonly { action: string; outcome: string; detail: Record<string, unknown> }[]
}

const refusalOf = ({ status, json }: Called) => [status, json?.code, json?.reason]
const COPY = [401, 'proof.required', 'device']

test('a sign-in over https offers to bind it, and the browser is told what to renew, when and where', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const answer = await signIn(latchkey)
  match(answer.headers['secure-session-registration'] ?? '', /^\(ES256\);path="\/access\/device\/register";challenge="[\w-]+"$/)
  const { cookies } = person(answer, 201)
  const registered = await postRegistration(
    latchkey,
    cookies,
    makeDeviceProof(makeDeviceKey(), { challenge: offered(answer) ?? '', withKey: true }),
  )
  equal(registered.status, 200)
  const { session_identifier: id, ...rest } = registered.json
  match(id, /^[\w-]+$/)
  deepEqual(rest, {
    refresh_url: '/access/device/refresh',
    scope: { include_site: false, scope_specification: [] },
    credentials: [{ type: 'cookie', name: DEVICE, attributes: 'Path=/; HttpOnly; Secure; SameSite=Lax' }],
    allowed_refresh_initiators: ['*'],
  })
  equal(challenged(registered), undefined)
  deepEqual(
    registered.cookies.map((cookie) => cookie.replace(/=[^;]+/, '')),
    [`${DEVICE}; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax`],
  )
})

test('over http, for several hosts, for other sites, and where it is off, nothing is offered', async () => {
  const places: readonly (readonly [Parameters<typeof startInProcess>[0], string])[] = [
    [{}, 'http://localhost:3000'],
    [{ cookieDomain: 'example.com', publicUrl: 'https://app.example.com' }, 'https://app.example.com'],
    [{ cookieSameSite: 'none', publicUrl: 'https://app.example' }, 'https://app.example'],
    [{ deviceBinding: 'off' }, 'https://app.example'],
  ]
  for (const [settings, publicUrl] of places) {
    await using latchkey = await startInProcess(settings, { publicUrl })
    equal((await signIn(latchkey)).headers['secure-session-registration'], undefined, publicUrl)
  }
})

test('a session that is handed out in the body is none of the browser, and is not offered to be bound', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { headers } = await latchkey.call('POST', '/access/register', { body: { ...ALICE, delivery: 'header' } })
  equal(headers['secure-session-registration'], undefined)
})

test('once bound, a session and a remembered login without their device read nothing, mint nothing and restore nothing', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, remembered, device, all, token } = await bound(latchkey)
  for (const cookie of [session, remembered, `${session}; ${remembered}`]) {
    const header = { authorization: `Session ${session.split('=')[1]}` }
    for (const copy of [await mint(latchkey, cookie, THIEF), ...(cookie === remembered ? [] : [await read(latchkey, cookie, THIEF)])])
      deepEqual(refusalOf(copy), COPY, cookie)
    deepEqual(refusalOf(await latchkey.call('GET', '/access/session', { headers: { ...header, ...THIEF } })), COPY)
    deepEqual(refusalOf(await latchkey.call('PATCH', '/access/session/data', { headers: { ...header, ...THIEF }, body: { a: 1 } })), COPY)
  }
  equal((await read(latchkey, all)).status, 200)
  equal((await mint(latchkey, all)).status, 200)
  const restored = await mint(latchkey, `${remembered}; ${device}`)
  equal(restored.status, 200)
  equal(offered(restored), undefined)
  deepEqual(refusalOf(await read(latchkey, cookieHeader(restored.jar), THIEF)), COPY)
  equal((await read(latchkey, `${cookieHeader(restored.jar)}; ${device}`)).status, 200)
  ok((await operations(latchkey, token)).every(({ action, outcome }) => action !== 'login.remembered' || outcome === 'ok'))
})

test('a session that was in memory as unbound is not taken unbound a moment after it was bound', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const answer = await signIn(latchkey)
  const { cookies, session } = person(answer, 201)
  for (let time = 0; time < 3; time += 1) equal((await read(latchkey, session)).status, 200)
  await postRegistration(latchkey, cookies, makeDeviceProof(makeDeviceKey(), { challenge: offered(answer) ?? '', withKey: true }))
  deepEqual(refusalOf(await read(latchkey, session)), COPY)
})

test('a warm check of a bound session reads nothing and writes nothing; it still refuses without the proof, and with an old one', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, all, device } = await bound(latchkey)
  equal((await read(latchkey, all)).status, 200)
  latchkey.resetCounts()
  for (let time = 0; time < 5; time += 1) equal((await read(latchkey, all)).status, 200)
  deepEqual(latchkey.counts, { reads: 0, writes: 0, touches: 0, hashes: 0 })
  deepEqual(refusalOf(await read(latchkey, session, THIEF)), COPY)
  deepEqual(refusalOf(await read(latchkey, `${session}; ${device.slice(0, -1)}`, THIEF)), COPY)
  equal((await read(latchkey, all)).status, 200)
  latchkey.clock.turn(11 * MINUTE)
  deepEqual(refusalOf(await read(latchkey, all, THIEF)), COPY)
})

test('the record tells of a copy with what is known of both sides, and does not grow with every try', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, all, id, token } = await bound(latchkey)
  const at = new Date(latchkey.clock.now()).toISOString()
  const present = (address: string) => latchkey.call('GET', '/access/session', { headers: { cookie: session, ...THIEF }, address })
  const told = async () => (await operations(latchkey, token)).filter(({ action }) => action === 'device.mismatch')
  for (let time = 0; time < 20; time += 1) await present('198.51.100.7')
  const found = await told()
  equal(found.length, 1)
  equal(found[0]?.outcome, 'alarm')
  deepEqual(found[0]?.detail, {
    lineage: id,
    credential: 'session',
    seenBefore: { ip: '192.0.2.1', device: OWNER['user-agent'], at },
    presentedNow: { ip: '198.51.100.7', device: THIEF['user-agent'], at },
  })
  equal((await read(latchkey, all)).status, 200)
  for (let host = 1; host < 60; host += 1) await present(`203.0.113.${host}`)
  equal((await told()).length, 20)
})

test('what was under way while the browser was binding is no alarm, nor is what it says it could not renew', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, token } = await bound(latchkey)
  await read(latchkey, session)
  latchkey.clock.turn(MINUTE)
  await read(latchkey, session, { ...OWNER, 'secure-session-skipped': 'server_error' })
  await read(latchkey, session, { ...THIEF, 'secure-session-skipped': 'server_error' })
  await read(latchkey, session)
  const outcomes = (await operations(latchkey, token)).filter(({ action }) => action === 'device.mismatch').map(({ outcome }) => outcome)
  // Each is told of once: both that the owner's browser sent quietly are alike.
  deepEqual(outcomes, ['alarm', 'alarm', 'notice'])
})

test('a proof is renewed against a challenge, or with the one that was sent ahead', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { key, id, session } = await bound(latchkey)
  latchkey.clock.turn(12 * MINUTE)
  const asked = await postRefresh(latchkey, id)
  deepEqual(refusalOf(asked), [403, 'proof.required', 'device_challenge'])
  const { challenge = '', id: named } = challenged(asked) ?? {}
  equal(named, id)
  const renewed = await postRefresh(latchkey, id, makeDeviceProof(key, { challenge }))
  equal(renewed.status, 200)
  equal((await read(latchkey, `${session}; ${cookieHeader(renewed.jar)}`)).status, 200)
  latchkey.clock.turn(9 * MINUTE)
  const ahead = await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: challenged(renewed)?.challenge ?? '' }))
  equal(ahead.status, 200)
  notEqual(ahead.jar[DEVICE], renewed.jar[DEVICE])
})

test('until its proof is seen, what the browser itself had sent before goes through, and what anybody else sends does not', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, all } = await bound(latchkey, {}, false)
  const sentBefore = { ...OWNER, 'sec-fetch-site': 'same-origin' }
  deepEqual(refusalOf(await read(latchkey, session, { ...THIEF, 'sec-fetch-site': 'same-origin' })), COPY)
  deepEqual(refusalOf(await read(latchkey, session)), COPY)
  equal((await read(latchkey, session, sentBefore)).status, 200)
  equal((await mint(latchkey, session, sentBefore)).status, 200)
  equal((await read(latchkey, all)).status, 200)
  deepEqual(refusalOf(await read(latchkey, session, sentBefore)), COPY)
})

test('a browser that never heard that it was bound goes on as before, and may be bound when it is opened again', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, remembered, device } = await bound(latchkey, {}, false)
  latchkey.clock.turn(31 * SECOND)
  equal((await read(latchkey, session)).status, 200)
  const restored = await mint(latchkey, remembered)
  equal(restored.status, 200)
  const jar = cookieHeader(restored.jar)
  const proof = makeDeviceProof(makeDeviceKey(), { challenge: offered(restored) ?? '', withKey: true })
  const again = await postRegistration(latchkey, jar, proof)
  equal(again.status, 200)
  equal((await read(latchkey, `${jar}; ${cookieHeader(again.jar)}`)).status, 200)
  deepEqual(refusalOf(await read(latchkey, jar, THIEF)), COPY)
  notEqual(device, cookieHeader(again.jar))
})

test('a browser that shows its proof late is bound all the same', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, remembered, all } = await bound(latchkey, {}, false)
  latchkey.clock.turn(5 * MINUTE)
  equal((await read(latchkey, all)).status, 200)
  deepEqual(refusalOf(await read(latchkey, session)), COPY)
  deepEqual(refusalOf(await mint(latchkey, remembered)), COPY)
})

test('a renewal whose answer was lost is answered again for a short while, and so is a binding', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const answer = await signIn(latchkey)
  const { cookies } = person(answer, 201)
  const key = makeDeviceKey()
  const registration = makeDeviceProof(key, { challenge: offered(answer) ?? '', withKey: true })
  const first = await postRegistration(latchkey, cookies, registration)
  const again = await postRegistration(latchkey, cookies, registration)
  deepEqual([first.status, again.status, again.json], [200, 200, first.json])
  latchkey.clock.turn(31 * SECOND)
  equal((await read(latchkey, `${cookies}; ${cookieHeader(again.jar)}`)).status, 200)
  equal((await postRegistration(latchkey, cookies, registration)).status, 401)

  const id = first.json.session_identifier
  const proof = makeDeviceProof(key, { challenge: challenged(await postRefresh(latchkey, id))?.challenge ?? '' })
  for (let time = 0; time < 3; time += 1) equal((await postRefresh(latchkey, id, proof)).status, 200)
  latchkey.clock.turn(31 * SECOND)
  deepEqual(refusalOf(await postRefresh(latchkey, id, proof)), [403, 'proof.required', 'device_challenge'])
})

test('parallel renewals of one browser are all answered', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { key, id } = await bound(latchkey)
  const challenges = await Promise.all([1, 2, 3, 4].map(async () => challenged(await postRefresh(latchkey, id))?.challenge ?? ''))
  const answers = await Promise.all(challenges.map((challenge) => postRefresh(latchkey, id, makeDeviceProof(key, { challenge }))))
  deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  )
})

const hmac = (text: string) => createHmac('sha256', 'secret').update(text).digest()
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const padded = (text: string) => sign('sha256', Buffer.from(text), rsa.privateKey)

/** What is wrong with it, at renewal and at binding alike. */
const ALTERED: readonly (readonly [
  string,
  (key: DeviceKey, challenge: string) => Partial<DeviceProofWish> & { readonly by?: DeviceKey },
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

for (const [what, wish] of ALTERED)
  test(`a device proof ${what} binds nothing and renews nothing`, async () => {
    await using latchkey = await startInProcess({}, HTTPS)
    const answer = await signIn(latchkey)
    const { cookies, session } = person(answer, 201)
    const key = makeDeviceKey()
    const challenge = offered(answer) ?? ''
    const bad = await postRegistration(latchkey, cookies, makeDeviceProof(key, { challenge, withKey: true, ...wish(key, challenge) }))
    deepEqual([bad.status, bad.json.code, bad.cookies], [401, 'proof.required', []])
    equal((await read(latchkey, session)).status, 200)

    const { id } = await bind(latchkey, cookies, key, challenge)
    const asked = challenged(await postRefresh(latchkey, id))?.challenge ?? ''
    const altered = await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: asked, ...wish(key, asked) }))
    ok(altered.status === 401 || altered.status === 403, String(altered.status))
    deepEqual([altered.json.code, altered.cookies], ['proof.required', []])
    equal((await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: asked }))).status, 200)
  })

async function bind(latchkey: InProcess, cookies: string, key: DeviceKey, challenge: string): Promise<{ readonly id: string }> {
  const { status, json } = await postRegistration(latchkey, cookies, makeDeviceProof(key, { challenge, withKey: true }))
  equal(status, 200)
  return { id: json.session_identifier }
}

test('a proof for the right address, and one in quotes, are taken', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const answer = await signIn(latchkey)
  const key = makeDeviceKey()
  const claims = { aud: `${latchkey.publicUrl}/access/device/register` }
  const proof = makeDeviceProof(key, { challenge: offered(answer) ?? '', withKey: true, claims })
  const { json } = await postRegistration(latchkey, person(answer, 201).cookies, `"${proof}"`)
  const id = json.session_identifier
  const { challenge = '' } = challenged(await postRefresh(latchkey, `"${id}"`)) ?? {}
  const quoted = makeDeviceProof(key, { challenge, claims: { aud: `${latchkey.publicUrl}/access/device/refresh` } })
  equal((await postRefresh(latchkey, `"${id}"`, `"${quoted}"`)).status, 200)
})

test('another key, a key at renewal, none at binding, and challenges of others are refused', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { key, id, session } = await bound(latchkey)
  const other = await bound(latchkey, { path: '/access/login' })
  const ask = async (name: string) => challenged(await postRefresh(latchkey, name))?.challenge ?? ''
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
  const { cookies } = person(fresh, 200)
  const bindings = [
    await postRegistration(latchkey, cookies, makeDeviceProof(key, { challenge: offered(fresh) ?? '' })),
    await postRegistration(latchkey, cookies, makeDeviceProof(key, { challenge, withKey: true })),
    await postRegistration(latchkey, session, makeDeviceProof(key, { challenge: offered(fresh) ?? '', withKey: true })),
    await latchkey.call('POST', '/access/device/register', { headers: { cookie: cookies } }),
    await postRegistration(latchkey, '', makeDeviceProof(key, { challenge: offered(fresh) ?? '', withKey: true })),
  ]
  for (const { status } of bindings) equal(status, 401)
})

test('an older challenge than the last that was answered is no good, nor one that waited too long', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { key, id } = await bound(latchkey)
  const ask = async () => challenged(await postRefresh(latchkey, id))?.challenge ?? ''
  const older = await ask()
  latchkey.clock.turn(SECOND)
  const newer = await ask()
  equal((await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: newer }))).status, 200)
  equal((await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: older }))).status, 403)
  const waiting = await ask()
  latchkey.clock.turn(16 * MINUTE)
  equal((await postRefresh(latchkey, id, makeDeviceProof(key, { challenge: waiting }))).status, 403)
})

test('nobody binds later what they have copied, and nobody binds again what is bound', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const answer = await signIn(latchkey)
  const { cookies } = person(answer, 201)
  const challenge = offered(answer) ?? ''
  latchkey.clock.turn(6 * MINUTE)
  equal((await postRegistration(latchkey, cookies, makeDeviceProof(makeDeviceKey(), { challenge, withKey: true }))).status, 401)
  equal((await mint(latchkey, cookies)).headers['secure-session-registration'], undefined)

  const second = await signIn(latchkey, { path: '/access/login' })
  const again = person(second, 200).cookies
  await bind(latchkey, again, makeDeviceKey(), offered(second) ?? '')
  const thief = makeDeviceProof(makeDeviceKey(), { challenge: offered(second) ?? '', withKey: true })
  equal((await postRegistration(latchkey, again, thief)).status, 401)
})

test('an unbound remembered login is offered to be bound when it is restored, and what it starts is bound with it', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { remembered } = person(await signIn(latchkey), 201)
  const restored = await mint(latchkey, remembered)
  const jar = cookieHeader(restored.jar)
  const key = makeDeviceKey()
  const registered = await postRegistration(latchkey, jar, makeDeviceProof(key, { challenge: offered(restored) ?? '', withKey: true }))
  equal(registered.status, 200)
  deepEqual(refusalOf(await mint(latchkey, jar, THIEF)), COPY)
  const again = await mint(latchkey, `${jar}; ${cookieHeader(registered.jar)}`)
  equal(again.status, 200)
  // A copy from before it was bound: the one who bound it and the one who holds this are two, and neither keeps it.
  latchkey.clock.turn(MINUTE)
  deepEqual(refusalOf(await mint(latchkey, remembered, THIEF)), [401, 'session.required', 'theft_suspected'])
})

test('after logout, after the end of the session, and for a binding that never was, the browser is told that it is over', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { key, id, all, token } = await bound(latchkey)
  const { challenge = '' } = challenged(await postRefresh(latchkey, id)) ?? {}
  const { json } = await read(latchkey, all)
  const ended = await latchkey.call('POST', `/access/logout/${json.user.code}`, { headers: { authorization: token, cookie: all } })
  equal(ended.jar[DEVICE], '')
  for (const over of [
    await postRefresh(latchkey, id),
    await postRefresh(latchkey, id, makeDeviceProof(key, { challenge })),
    await postRefresh(latchkey, 'AAAAAAAAAAAAAAAAAAAAAA'),
  ])
    deepEqual([over.status, over.json, over.cookies], [200, { continue: false }, []])
  const plain = await bound(latchkey, { path: '/access/login', remember: false })
  latchkey.clock.turn(21 * MINUTE)
  deepEqual((await postRefresh(latchkey, plain.id)).json, { continue: false })
  equal((await latchkey.call('POST', '/access/device/refresh')).status, 400)
})

test('a second sign-in ends the first binding, also where the key was lost; a stranger who signs in with a copy ends nothing', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const first = await bound(latchkey)
  const second = await bound(latchkey, { path: '/access/login', cookies: `${first.session}; ${first.remembered}` })
  deepEqual((await postRefresh(latchkey, first.id)).json, { continue: false })
  const mallory = { username: 'Mallory', password: ALICE.password }
  await latchkey.call('POST', '/access/register', { body: mallory, headers: { cookie: `${second.session}; ${second.remembered}` } })
  equal((await read(latchkey, second.all)).status, 200)
  await latchkey.call('POST', '/access/login', { body: mallory, headers: { cookie: second.all } })
  equal((await read(latchkey, second.all)).status, 401)
})

test('a changed password begins a binding of its own', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { id, token, device } = await bound(latchkey)
  const body = { current: ALICE.password, next: 'seven-grey-herons-at-dusk' }
  const changed = await latchkey.call('POST', '/access/password', { headers: { authorization: token }, body })
  notEqual(offered(changed), undefined)
  const session = cookieHeader({ '__Host-latchkey_session': changed.jar['__Host-latchkey_session'] ?? '' })
  equal((await read(latchkey, `${session}; ${device}`)).status, 200)
  const key = makeDeviceKey()
  const renewed = await bind(latchkey, session, key, offered(changed) ?? '')
  notEqual(renewed.id, id)
  deepEqual(refusalOf(await read(latchkey, `${session}; ${device}`)), COPY)
})

test('only the own origin binds and renews', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { id } = await bound(latchkey)
  for (const headers of [
    { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
  ])
    for (const path of ['register', 'refresh'])
      equal((await latchkey.call('POST', `/access/device/${path}`, { headers: { ...headers, 'sec-secure-session-id': id } })).status, 403)
})

test('a binding outlives the process and a new secret beside the old one', async () => {
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
    challenge = challenged(await postRefresh(before, id))?.challenge ?? ''
  }
  await using after = await startInProcess({ secret: `${newer},${older}` }, { ...HTTPS, store: kept })
  const renewed = await postRefresh(after, id, makeDeviceProof(key, { challenge }))
  equal(renewed.status, 200)
  equal((await read(after, `${session}; ${cookieHeader(renewed.jar)}`)).status, 200)
  deepEqual(refusalOf(await read(after, session, THIEF)), COPY)
})
