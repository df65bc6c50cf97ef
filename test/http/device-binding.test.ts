// Device-bound sign-ins: how they are bound and renewed, and that a copy of them is refused.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { MINUTE } from '../../src/domain/time.ts'
import { routes } from '../../src/http/routes/index.ts'
import {
  makeDeviceKey,
  makeDeviceProof,
  postRefresh,
  postRegistration,
  refreshChallengeOf,
  registrationChallengeOf,
} from '../support/device-keys.ts'
import { cookieHeader, startInProcess } from '../support/in-process.ts'
import { ALICE, toSignedInUser } from '../support/users.ts'
import { ATTACKER, bind, bound, COPY, DEVICE, events, HTTPS, mint, OWNER, read, refusalOf, signIn } from './dbsc-browser.ts'

test('a sign-in over https offers a binding, and the browser gets the session instructions', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const answer = await signIn(latchkey)
  match(answer.headers['secure-session-registration'] ?? '', /^\(ES256\);path="\/access\/device\/register";challenge="[\w-]+"$/)
  const { cookies } = toSignedInUser(answer, 201)
  const registered = await postRegistration(
    latchkey,
    cookies,
    makeDeviceProof(makeDeviceKey(), { challenge: registrationChallengeOf(answer) ?? '', withKey: true }),
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
  equal(refreshChallengeOf(registered), undefined)
  deepEqual(
    registered.cookies.map((cookie) => cookie.replace(/=[^;]+/, '')),
    [`${DEVICE}; Max-Age=600; Path=/; HttpOnly; Secure; SameSite=Lax`],
  )
})

test('no binding is offered over http, with a cookie domain, for other sites, or where it is off', async () => {
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

test('no binding is offered for a session delivered in the body', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { headers } = await latchkey.call('POST', '/access/register', { body: { ...ALICE, delivery: 'header' } })
  equal(headers['secure-session-registration'], undefined)
})

test('once bound, a session and a remember-me login without the device proof are refused everywhere', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, remembered, device, all, token } = await bound(latchkey)
  for (const cookie of [session, remembered, `${session}; ${remembered}`]) {
    const header = { authorization: `Session ${session.split('=')[1]}` }
    for (const copy of [await mint(latchkey, cookie, ATTACKER), ...(cookie === remembered ? [] : [await read(latchkey, cookie, ATTACKER)])])
      deepEqual(refusalOf(copy), COPY, cookie)
    deepEqual(refusalOf(await latchkey.call('GET', '/access/session', { headers: { ...header, ...ATTACKER } })), COPY)
    deepEqual(
      refusalOf(await latchkey.call('PATCH', '/access/session/data', { headers: { ...header, ...ATTACKER }, body: { a: 1 } })),
      COPY,
    )
  }
  equal((await read(latchkey, all)).status, 200)
  equal((await mint(latchkey, all)).status, 200)
  const resumed = await mint(latchkey, `${remembered}; ${device}`)
  equal(resumed.status, 200)
  equal(registrationChallengeOf(resumed), undefined)
  deepEqual(refusalOf(await read(latchkey, cookieHeader(resumed.jar), ATTACKER)), COPY)
  equal((await read(latchkey, `${cookieHeader(resumed.jar)}; ${device}`)).status, 200)
  ok((await events(latchkey, token)).every(({ action, outcome }) => action !== 'login.remember_me' || outcome === 'success'))
})

test('no route accepts a copy, by cookie or header, and the attempts change nothing', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, remembered, all, id } = await bound(latchkey)
  const raw = session.slice(session.indexOf('=') + 1)
  const lineage = () => latchkey.engine.store.credentials.listByUser(code)
  const { json } = await read(latchkey, all)
  const { id: code } = json.user as { id: string }
  const before = await lineage()
  const guarded = routes.filter(
    ({ auth, path }) => !['none', 'allowed-origin', 'service-key'].includes(String(auth)) && !path.startsWith('/access/device'),
  )
  ok(guarded.length >= 14, String(guarded.length))
  for (const { method, path, body } of guarded) {
    const target = path.replace(':userId', code).replace(':id', id)
    for (const headers of [{ cookie: `${session}; ${remembered}` }, { cookie: remembered, authorization: `Session ${raw}` }]) {
      const sent = { headers: { ...ATTACKER, origin: HTTPS.publicUrl, ...headers }, ...(body && { body: {} }) }
      const answer = await latchkey.call(method, target, {
        ...sent,
        ...(method === 'GET' ? { headers: { ...sent.headers, 'x-original-method': 'GET' } } : {}),
      })
      const attempt = `${method} ${path}: ${answer.status} ${answer.body}`
      ok(answer.status === 401 || answer.status === 403, attempt)
      deepEqual(answer.cookies, [], attempt)
    }
  }
  deepEqual(await lineage(), before)
  equal((await read(latchkey, all)).status, 200)
})

test('a session cached as unbound needs its device proof as soon as it is bound', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const answer = await signIn(latchkey)
  const { cookies, session } = toSignedInUser(answer, 201)
  for (let time = 0; time < 3; time += 1) equal((await read(latchkey, session)).status, 200)
  await postRegistration(
    latchkey,
    cookies,
    makeDeviceProof(makeDeviceKey(), { challenge: registrationChallengeOf(answer) ?? '', withKey: true }),
  )
  deepEqual(refusalOf(await read(latchkey, session)), COPY)
})

test('a cached check of a bound session needs no store, and still refuses a missing or expired proof', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, all, device } = await bound(latchkey)
  equal((await read(latchkey, all)).status, 200)
  latchkey.resetCounts()
  for (let time = 0; time < 5; time += 1) equal((await read(latchkey, all)).status, 200)
  deepEqual(latchkey.counts, { reads: 0, writes: 0, touches: 0, hashes: 0 })
  deepEqual(refusalOf(await read(latchkey, session, ATTACKER)), COPY)
  deepEqual(refusalOf(await read(latchkey, `${session}; ${device.slice(0, -1)}`, ATTACKER)), COPY)
  equal((await read(latchkey, all)).status, 200)
  latchkey.clock.advance(12 * MINUTE)
  deepEqual(refusalOf(await read(latchkey, all, ATTACKER)), COPY)
})

test('the audit log reports a copy with both client infos, and does not grow with every attempt', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { session, all, id, token } = await bound(latchkey)
  const at = new Date(latchkey.clock.now()).toISOString()
  const present = (address: string) => latchkey.call('GET', '/access/session', { headers: { cookie: session, ...ATTACKER }, address })
  const mismatches = async () => (await events(latchkey, token)).filter(({ action }) => action === 'device.mismatch')
  for (let time = 0; time < 20; time += 1) await present('198.51.100.7')
  const found = await mismatches()
  equal(found.length, 1)
  equal(found[0]?.severity, 'alarm')
  deepEqual(found[0]?.detail, {
    lineage: id,
    credential: 'session',
    seenBefore: { ip: '192.0.2.1', userAgent: OWNER['user-agent'], at },
    presentedNow: { ip: '198.51.100.7', userAgent: ATTACKER['user-agent'], at },
  })
  equal((await read(latchkey, all)).status, 200)
  for (let host = 1; host < 60; host += 1) await present(`203.0.113.${host}`)
  equal((await mismatches()).length, 20)
})

test('a session expires with its remember-me login, so that its device proof can be renewed until then', async () => {
  await using latchkey = await startInProcess({ rememberLifetime: '1h', publicUrl: HTTPS.publicUrl }, HTTPS)
  const { remembered, device } = await bound(latchkey)
  latchkey.clock.advance(5 * MINUTE)
  const resumed = await mint(latchkey, `${remembered}; ${device}`)
  equal(Date.parse(resumed.json.session.expiresAt) - latchkey.clock.now(), 55 * MINUTE)
  ok(resumed.json.expiresIn <= 300)
})

test('a copied challenge cannot bind later, and a bound sign-in cannot be bound again', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const answer = await signIn(latchkey)
  const { cookies } = toSignedInUser(answer, 201)
  const challenge = registrationChallengeOf(answer) ?? ''
  latchkey.clock.advance(6 * MINUTE)
  equal((await postRegistration(latchkey, cookies, makeDeviceProof(makeDeviceKey(), { challenge, withKey: true }))).status, 401)
  equal((await mint(latchkey, cookies)).headers['secure-session-registration'], undefined)

  const second = await signIn(latchkey, { path: '/access/login' })
  const again = toSignedInUser(second, 200).cookies
  await bind(latchkey, again, makeDeviceKey(), registrationChallengeOf(second) ?? '')
  const thief = makeDeviceProof(makeDeviceKey(), { challenge: registrationChallengeOf(second) ?? '', withKey: true })
  equal((await postRegistration(latchkey, again, thief)).status, 401)
})

test('an unbound remember-me login is offered a binding when it is resumed, and its session is bound with it', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { remembered } = toSignedInUser(await signIn(latchkey), 201)
  const resumed = await mint(latchkey, remembered)
  const jar = cookieHeader(resumed.jar)
  const key = makeDeviceKey()
  const registered = await postRegistration(
    latchkey,
    jar,
    makeDeviceProof(key, { challenge: registrationChallengeOf(resumed) ?? '', withKey: true }),
  )
  equal(registered.status, 200)
  deepEqual(refusalOf(await mint(latchkey, jar, ATTACKER)), COPY)
  const again = await mint(latchkey, `${jar}; ${cookieHeader(registered.jar)}`)
  equal(again.status, 200)
  // A copy from before the binding: theft is suspected, and both lose the lineage.
  latchkey.clock.advance(MINUTE)
  deepEqual(refusalOf(await mint(latchkey, remembered, ATTACKER)), [401, 'session.required', 'theft_suspected'])
})

test('after logout, after expiry, and for an unknown binding, the browser gets continue: false', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { key, id, all, token } = await bound(latchkey)
  const { challenge = '' } = refreshChallengeOf(await postRefresh(latchkey, id)) ?? {}
  const { json } = await read(latchkey, all)
  const ended = await latchkey.call('POST', `/access/logout/${json.user.id}`, { headers: { authorization: token, cookie: all } })
  equal(ended.jar[DEVICE], '')
  for (const over of [
    await postRefresh(latchkey, id),
    await postRefresh(latchkey, id, makeDeviceProof(key, { challenge })),
    await postRefresh(latchkey, 'AAAAAAAAAAAAAAAAAAAAAA'),
  ])
    deepEqual([over.status, over.json, over.cookies], [200, { continue: false }, []])
  const plain = await bound(latchkey, { path: '/access/login', remember: false })
  latchkey.clock.advance(21 * MINUTE)
  deepEqual((await postRefresh(latchkey, plain.id)).json, { continue: false })
  equal((await latchkey.call('POST', '/access/device/refresh')).status, 400)
})

test('a second sign-in revokes the first binding, even without its key; a sign-in with a copied cookie revokes nothing', async () => {
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

test('a password change starts a new binding', async () => {
  await using latchkey = await startInProcess({}, HTTPS)
  const { id, token, device } = await bound(latchkey)
  const body = { current: ALICE.password, next: 'seven-grey-herons-at-dusk' }
  const changed = await latchkey.call('POST', '/access/password', { headers: { authorization: token }, body })
  notEqual(registrationChallengeOf(changed), undefined)
  const session = cookieHeader({ '__Host-latchkey_session': changed.jar['__Host-latchkey_session'] ?? '' })
  equal((await read(latchkey, `${session}; ${device}`)).status, 200)
  const key = makeDeviceKey()
  const renewed = await bind(latchkey, session, key, registrationChallengeOf(changed) ?? '')
  notEqual(renewed.id, id)
  deepEqual(refusalOf(await read(latchkey, `${session}; ${device}`)), COPY)
})
