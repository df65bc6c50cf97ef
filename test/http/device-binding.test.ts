// Sign-ins that are bound to the device they were made on: how they are bound and renewed, and what a copy of them gets, which is nothing.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { MINUTE, SECOND } from '../../src/domain/time.ts'
import { routes } from '../../src/http/routes/index.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { challenged, makeDeviceKey, makeDeviceProof, offered, postRefresh, postRegistration } from '../support/device-keys.ts'
import { cookieHeader, startInProcess } from '../support/in-process.ts'
import { ALICE, person } from '../support/people.ts'
import { bind, bound, COPY, DEVICE, HTTPS, mint, OWNER, operations, read, refusalOf, signIn, THIEF } from './bound-browser.ts'

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

test('no route takes a copy, by cookie or by header, and nothing is changed by trying', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, remembered, all, id } = await bound(latchkey)
  const raw = session.slice(session.indexOf('=') + 1)
  const lineage = () => latchkey.engine.store.credentials.listByUser(code)
  const { json } = await read(latchkey, all)
  const { code } = json.user as { code: string }
  const before = await lineage()
  const guarded = routes.filter(
    ({ proof, path }) => !['none', 'origin', 'service'].includes(String(proof)) && !path.startsWith('/access/device'),
  )
  ok(guarded.length >= 14, String(guarded.length))
  for (const { method, path, body } of guarded) {
    const target = path.replace(':userCode', code).replace(':id', id)
    for (const headers of [{ cookie: `${session}; ${remembered}` }, { cookie: remembered, authorization: `Session ${raw}` }]) {
      const sent = { headers: { ...THIEF, origin: HTTPS.publicUrl, ...headers }, ...(body && { body: {} }) }
      const answer = await latchkey.call(method, target, {
        ...sent,
        ...(method === 'GET' ? { headers: { ...sent.headers, 'x-original-method': 'GET' } } : {}),
      })
      const told = `${method} ${path}: ${answer.status} ${answer.body}`
      ok(answer.status === 401 || answer.status === 403, told)
      deepEqual(answer.cookies, [], told)
    }
  }
  deepEqual(await lineage(), before)
  equal((await read(latchkey, all)).status, 200)
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
  latchkey.clock.turn(12 * MINUTE)
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
  const listed = await latchkey.call('GET', '/access/sessions', { headers: { cookie: session } })
  deepEqual(
    (listed.json as { bound: boolean }[]).map(({ bound }) => bound),
    [false, false],
  )
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

test('a binding is confirmed also while the session itself is being changed', async () => {
  for (const turns of [0, 2, 4, 6, 8, 9, 12]) {
    await using latchkey = await startInProcess({}, HTTPS)
    const { session, remembered, all, token } = await bound(latchkey, {}, false)
    const patch = latchkey.call('PATCH', '/access/session/data', { body: { theme: 'dark' }, headers: { authorization: token, ...OWNER } })
    for (let turn = 0; turn < turns; turn += 1) await null
    const [owner, patched] = await Promise.all([read(latchkey, all), patch])
    deepEqual([owner.status, patched.status], [200, 200])
    latchkey.clock.turn(MINUTE)
    deepEqual(refusalOf(await read(latchkey, session, THIEF)), COPY, `after ${turns} turns`)
    deepEqual(refusalOf(await mint(latchkey, remembered, THIEF)), COPY)
  }
})

test('a proof that is over is as good as none', async () => {
  for (const [deviceBinding, status] of [
    ['preferred', 200],
    ['required', 401],
  ] as const) {
    await using latchkey = await startInProcess({ deviceBinding, publicUrl: HTTPS.publicUrl }, HTTPS)
    const { session, device } = await bound(latchkey, {}, false)
    latchkey.clock.turn(15 * MINUTE)
    for (const cookie of [session, `${session}; ${device}`, session, `${session}; ${device}`])
      equal((await read(latchkey, cookie, { ...OWNER, 'sec-fetch-site': 'same-origin' })).status, status, deviceBinding)
  }
})

test('a session ends with the remembered login that it hangs on, so that its device can be shown as long as it lives', async () => {
  await using latchkey = await startInProcess({ rememberLifetime: '1h', publicUrl: HTTPS.publicUrl }, HTTPS)
  const { remembered, device } = await bound(latchkey)
  latchkey.clock.turn(5 * MINUTE)
  const restored = await mint(latchkey, `${remembered}; ${device}`)
  equal(Date.parse(restored.json.session.expiresAt) - latchkey.clock.now(), 55 * MINUTE)
  ok(restored.json.expiresIn <= 300)
})

test('two servers whose clocks are a minute and a half apart take each other for honest', async () => {
  for (const deviceBinding of ['preferred', 'required'] as const) {
    const store = createMemoryStore()
    const kept = { ...store, close: async () => {} }
    const alarms: string[] = []
    const settings = { deviceBinding, publicUrl: HTTPS.publicUrl, secret: 'a-secret-that-two-servers-share-0123' }
    const choices = { ...HTTPS, store: kept, onAlarm: ({ action }: { action: string }) => void alarms.push(action) }
    await using behind = await startInProcess(settings, choices)
    await using ahead = await startInProcess(settings, choices)
    ahead.clock.turn(90 * SECOND)
    const unbound = await signIn(behind, { path: '/access/register' })
    equal((await read(ahead, person(unbound, 201).session)).status, 200)
    const { all, session, key, id } = await bound(behind, { path: '/access/login' })
    for (const server of [behind, ahead]) server.clock.turn(9 * MINUTE + 55 * SECOND)
    for (const server of [behind, ahead]) equal((await read(server, all)).status, 200, deviceBinding)
    for (const [asking, answering] of [
      [behind, ahead],
      [ahead, behind],
    ] as const) {
      const { challenge = '' } = challenged(await postRefresh(asking, id)) ?? {}
      const renewed = await postRefresh(answering, id, makeDeviceProof(key, { challenge }))
      equal(renewed.status, 200)
      for (const server of [behind, ahead]) equal((await read(server, `${session}; ${cookieHeader(renewed.jar)}`)).status, 200)
    }
    deepEqual(alarms, [])
  }
})

test('a browser that shows its proof late is bound all the same', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, remembered, all } = await bound(latchkey, {}, false)
  latchkey.clock.turn(5 * MINUTE)
  equal((await read(latchkey, all)).status, 200)
  deepEqual(refusalOf(await read(latchkey, session)), COPY)
  deepEqual(refusalOf(await mint(latchkey, remembered)), COPY)
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
