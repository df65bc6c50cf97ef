// An upgrade from 0.1: this version accepts the data in its stores, the cookies of its browsers, and the tokens of its clients.

import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { DEFAULT_COOKIE_STEM } from '../../src/domain/persisted-names.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/domain/time.ts'
import { sweep } from '../../src/engine/maintenance.ts'
import { findUser } from '../../src/engine/users.ts'
import { fetchHandler } from '../../src/http/fetch.ts'
import { createVerifier } from '../../src/verify/verifier.ts'
import { BACKEND_NAMES } from '../support/backends.ts'
import { makeDeviceKey, makeDeviceProof, postRefresh, postRegistration, refreshChallengeOf } from '../support/device-keys.ts'
import { makeDpopProof } from '../support/dpop-proofs.ts'
import type { InProcess, InProcessResponse } from '../support/in-process.ts'
import { type ClientData, clientOf, cookiesOf, keyOf, migrated, type WrittenData, writtenData } from './written-data.ts'

const cookie = (suffix: string, value: string) => `__Host-${DEFAULT_COOKIE_STEM}_${suffix}=${value}`
const setCookie = ({ jar }: InProcessResponse, suffix: string) => jar[`__Host-${DEFAULT_COOKIE_STEM}_${suffix}`]
const refusal = ({ status, json }: InProcessResponse) => [status, json?.code, json?.reason]

/** Returns the audit events of a user, newest first. */
async function auditedOf({ engine }: InProcess, data: ClientData, username: string) {
  const listed = await engine.store.auditEvents.list(data.users[username]?.code ?? '', null, 100)
  return listed.map(({ action, outcome, severity }) => ({ action, outcome, severity }))
}

for (const backend of BACKEND_NAMES) {
  describe(backend, () => {
    let written: WrittenData
    let data: ClientData
    before(async () => {
      written = await writtenData(backend)
      data = written.data
    })
    after(() => written[Symbol.asyncDispose]())

    const user = (username: string) => data.users[username] ?? { code: '', username, password: '' }

    test('a session cookie is accepted, and session data and client data are unchanged', async () => {
      await using latchkey = await written.start()
      const { session, send } = clientOf(latchkey, data)
      const { cookies, sid, sessionData, clientData } = data.signedIn.anna
      const response = await session(cookiesOf(cookies, 'session'))
      equal(response.status, 200, response.body ?? '')
      deepEqual([response.json.user.id, response.json.user.username], [user('anna').code, 'anna'])
      equal(response.json.session.id, sid)
      const header = { cookie: cookiesOf(cookies, 'session', 'data') }
      deepEqual((await send('GET', '/access/session/data', header)).json.data, sessionData)
      deepEqual((await send('GET', '/access/client-data', header)).json.data, clientData)
    })

    test('the session and new tokens have the latest roles', async () => {
      await using latchkey = await written.start()
      const { session, mint } = clientOf(latchkey, data)
      const header = cookiesOf(data.signedIn.editor.cookies, 'session')
      deepEqual((await session(header)).json.user.roles, ['editor'])
      deepEqual((await mint(header)).json.user.roles, ['editor'])
    })

    test('a session credential in the header is accepted', async () => {
      await using latchkey = await written.start()
      const { send } = clientOf(latchkey, data)
      const { credential, sid } = data.signedIn.script
      const response = await send('GET', '/access/session', { authorization: `Session ${credential}` })
      equal(response.json?.session?.id, sid, response.body ?? '')
    })

    test('a remember-me login resumes and rotates', async () => {
      await using latchkey = await written.start()
      const { mint, session } = clientOf(latchkey, data)
      const resumed = await mint(cookie('remember', data.remembered.value))
      equal(resumed.status, 200, resumed.body ?? '')
      equal(resumed.json.user.username, 'remembered')
      const next = setCookie(resumed, 'remember') ?? ''
      notEqual(next, data.remembered.value)
      equal((await session(cookie('session', setCookie(resumed, 'session') ?? ''))).status, 200)
      equal((await mint(cookie('remember', next))).status, 200)
    })

    test('the previous value of a rotated remember-me login is accepted for a concurrent tab or a lost response, and is theft after use', async () => {
      await using latchkey = await written.start()
      const { mint, session } = clientOf(latchkey, data)
      const { racing, unused, used } = data.rotated
      latchkey.clock.advance(5 * SECOND)
      const concurrent = await mint(cookie('remember', racing.previous))
      deepEqual([concurrent.status, setCookie(concurrent, 'remember')], [200, undefined], concurrent.body ?? '')
      equal((await session(cookiesOf(racing.cookies, 'session'))).status, 200)
      latchkey.clock.advance(MINUTE)
      const responseLost = await mint(cookie('remember', unused.previous))
      equal(responseLost.status, 200, responseLost.body ?? '')
      ok(setCookie(responseLost, 'remember'))
      deepEqual(refusal(await mint(cookie('remember', used.previous))), [401, 'session.required', 'theft_suspected'])
      deepEqual(refusal(await mint(cookie('remember', used.current))), [401, 'session.required', 'theft_suspected'])
      // This version has used the session of the rotation.
      deepEqual(refusal(await mint(cookie('remember', racing.previous))), [401, 'session.required', 'theft_suspected'])
    })

    test('revoked and expired credentials are refused with their reason', async () => {
      await using latchkey = await written.start()
      const { mint, session } = clientOf(latchkey, data)
      for (const [name, { kind, value, reason }] of Object.entries(data.ended)) {
        const response = await (kind === 'session' ? session : mint)(cookie(kind, value))
        deepEqual(refusal(response), [401, 'session.required', reason], name)
      }
    })

    test('the revocation log is read from its beginning', async () => {
      await using latchkey = await written.start()
      const subscription = latchkey.engine.store.log.subscribe(0)
      const { value, done } = await subscription.next()
      await subscription.return?.()
      const entries = done ? [] : value.entries
      const revoked = new Set(entries.flatMap((entry) => (entry.kind === 'revoked' ? [entry.sid] : [])))
      // Older entries were trimmed after a token lifetime.
      ok(revoked.has(data.ended.idle?.value.split('.')[0] ?? ''))
      for (const kind of ['changed', 'keys'])
        ok(
          entries.some((entry) => entry.kind === kind),
          kind,
        )
    })

    test('a token is accepted, also of the previous signing key, and refused after a sign-out; new tokens have the same claims', async () => {
      await using latchkey = await written.start()
      const { mint, withToken, send } = clientOf(latchkey, data)
      const { anna, root, script } = data.signedIn
      for (const { token } of [anna, root, script]) equal((await withToken(token)).status, 200)
      const { token } = (await mint(cookiesOf(anna.cookies, 'session'))).json
      deepEqual(stableParts(token), stableParts(anna.token))
      const bearer = { authorization: `Bearer ${anna.token}` }
      equal((await send('POST', `/access/logout/${user('anna').code}`, bearer)).status, 200)
      equal((await withToken(anna.token)).status, 401)
    })

    test('latchkey/verify accepts tokens, and reads the revocation feed with a service key', async () => {
      await using latchkey = await written.start()
      const handler = fetchHandler(latchkey.handle)
      const clocks = { monotonic: () => performance.now(), wall: () => latchkey.clock.now() }
      const { publicUrl: issuer, serviceKey } = data
      using verifier = createVerifier({ issuer, serviceKey, fetch: (...request) => handler(new Request(...request)) }, clocks)
      await verifier.ready()
      const { anna, script } = data.signedIn
      for (const { token, sid } of [anna, script]) {
        const result = await verifier.verify(token)
        equal(result.ok && result.principal.sid, sid, JSON.stringify(result))
      }
    })

    test('a DPoP-bound token is accepted with a proof, and without one it is refused for sensitive requests', async () => {
      await using latchkey = await written.start()
      const { send } = clientOf(latchkey, data)
      const { token, privateKey: key } = data.keyBound
      const privateKey = createPrivateKey({ key, format: 'jwk' })
      const { kty, crv, x, y } = key
      const path = '/access/sessions'
      const authorization = `DPoP ${token}`
      deepEqual(refusal(await send('DELETE', `${path}?except=current`, { authorization })).slice(0, 2), [401, 'proof.required'])
      const proof = makeDpopProof(
        { privateKey, jwk: { kty, crv, x, y }, thumbprint: '' },
        { method: 'DELETE', url: data.publicUrl + path, now: latchkey.clock.now(), token },
      )
      const response = await send('DELETE', `${path}?except=current`, { authorization, dpop: proof })
      equal(response.status, 200, response.body ?? '')
    })

    test('login attempts still count; a known device and a known network have their own counters', async () => {
      await using latchkey = await written.start()
      const { login } = clientOf(latchkey, data)
      const { username, knownAddress, knownDevice } = data.limited
      const { password } = user(username)
      const otherAddress = '192.0.2.200'
      equal((await login(username, password, { address: otherAddress })).status, 429)
      // The rate limit is recorded once in its window.
      deepEqual(await auditedOf(latchkey, data, username), data.operations[username]?.map(migrated))
      equal((await login(username, password, { address: knownAddress })).status, 200)
      equal((await login(username, password, { address: otherAddress, headers: { cookie: cookie('known', knownDevice) } })).status, 200)
    })

    test('users sign in with their passwords, and imported hashes are replaced', async () => {
      await using latchkey = await written.start()
      const { login } = clientOf(latchkey, data)
      for (const username of ['anna', 'bcrypt-user', 'pbkdf2-user', 'scrypt-user']) {
        const { code, password } = user(username)
        equal((await login(username, `${password}?`)).status, 401, username)
        equal((await login(username, password)).json?.user?.username, username)
        match((await findUser(latchkey.engine, code))?.passwordHash ?? '', /^\$argon2id\$/)
      }
    })

    test('a disabled user cannot sign in, and the name of a deleted user stays reserved', async () => {
      await using latchkey = await written.start()
      const { login, send } = clientOf(latchkey, data)
      for (const username of ['locked', 'departed'])
        deepEqual(refusal(await login(username, user(username).password)).slice(0, 2), [401, 'credentials.invalid'], username)
      const body = { username: 'departed', password: 'seven-grey-herons-inland' }
      deepEqual(refusal(await send('POST', '/access/register', {}, { body })).slice(0, 2), [409, 'username.taken'])
    })

    test('the audit log of each user is read, and a cursor opens the next page', async () => {
      await using latchkey = await written.start()
      const { send } = clientOf(latchkey, data)
      for (const [username, operations] of Object.entries(data.operations))
        deepEqual(await auditedOf(latchkey, data, username), operations.map(migrated), username)
      const { anna, root } = data.signedIn
      const next = await send('GET', `/access/audit-events?limit=2&before=${data.cursors.operationsOfAnna}`, {
        authorization: `Bearer ${anna.token}`,
      })
      deepEqual(
        next.json?.events?.map(({ action }: { action: string }) => action),
        data.operations.anna?.slice(2, 4).map(({ action }) => action),
        next.body ?? '',
      )
      const users = await send('GET', `/access/admin/users?limit=3&after=${data.cursors.usersOfRoot}`, {
        authorization: `Bearer ${root.token}`,
      })
      equal(users.json?.users?.length, 3, users.body ?? '')
    })

    test('a device-bound sign-in needs its device proof, and renews it with an earlier challenge', async () => {
      await using latchkey = await written.start()
      const { session } = clientOf(latchkey, data)
      const { id, cookies, privateKey, renewalChallenge: challenge } = data.device
      equal((await session(cookiesOf(cookies, 'session', 'device'))).status, 200)
      deepEqual(refusal(await session(cookiesOf(cookies, 'session'))), [401, 'proof.required', 'device'])
      const key = keyOf(privateKey)
      const renewed = await postRefresh(latchkey, id, makeDeviceProof(key, { challenge }))
      equal(renewed.status, 200, renewed.body ?? '')
      const device = setCookie(renewed, 'device') ?? ''
      equal((await session(`${cookiesOf(cookies, 'session')}; ${cookie('device', device)}`)).status, 200)
      ok(refreshChallengeOf(await postRefresh(latchkey, id)))
    })

    test('a browser binds a sign-in with an earlier challenge', async () => {
      await using latchkey = await written.start()
      const { session } = clientOf(latchkey, data)
      const { cookies, challenge } = data.bindingOffered
      const proof = makeDeviceProof(makeDeviceKey(), { challenge, withKey: true })
      const registered = await postRegistration(latchkey, cookiesOf(cookies, 'session', 'remember'), proof)
      equal(registered.status, 200, registered.body ?? '')
      deepEqual(refusal(await session(cookiesOf(cookies, 'session'))), [401, 'proof.required', 'device'])
    })

    test('with a cookie domain, a session and a remember-me login are accepted only with their pair cookie', async () => {
      const { cookieDomain, cookies } = data.paired
      await using latchkey = await written.start({ cookieDomain })
      const { mint } = clientOf(latchkey, data)
      equal((await mint(cookiesOf(cookies, 'session'))).status, 401)
      equal((await mint(cookiesOf(cookies, 'session', 'pair'))).status, 200)
      equal((await mint(cookiesOf(cookies, 'remember', 'pair'))).status, 200)
    })

    test('signing out everywhere revokes earlier sign-ins', async () => {
      await using latchkey = await written.start()
      const { login, send, session, mint } = clientOf(latchkey, data)
      const { code, username, password } = user('anna')
      const { token } = (await login(username, password)).json
      equal((await send('POST', `/access/logout/${code}?everywhere=true`, { authorization: `Bearer ${token}` })).status, 200)
      const { cookies } = data.signedIn.anna
      deepEqual(refusal(await session(cookiesOf(cookies, 'session'))), [401, 'session.required', 'revoked'])
      deepEqual(refusal(await mint(cookiesOf(cookies, 'remember'))), [401, 'session.required', 'revoked'])
    })

    test('earlier sessions and remember-me logins expire, and tombstones are deleted a day later', async () => {
      await using latchkey = await written.start()
      const { credentials, limits } = latchkey.engine.store
      const stateOf = async (id: string) => {
        const found = await credentials.find(id)
        return found?.kind === 'tombstone' ? found.reason : found && 'live'
      }
      const { anna } = data.signedIn
      const login = data.remembered.value.split('.')[0] ?? ''
      latchkey.clock.advance(30 * MINUTE)
      ok((await limits.deleteExpiredWindows(latchkey.clock.now())) > 0)
      await sweep(latchkey.engine)
      deepEqual([await stateOf(anna.sid), await stateOf(login)], ['idle', 'live'])
      latchkey.clock.advance(26 * HOUR)
      await sweep(latchkey.engine)
      equal(await stateOf(data.ended.expired?.value.split('.')[0] ?? ''), undefined)
      latchkey.clock.advance(29 * DAY)
      await sweep(latchkey.engine)
      deepEqual([await stateOf(anna.sid), await stateOf(login)], [undefined, 'expired'])
    })
  })
}

/** The parts of a token that other services may rely on: without its id and times. */
function stableParts(token: string) {
  const [{ typ, alg }, claims] = token
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>) as [Json, Json]
  const { jti, iat, exp, ...stable } = claims
  ok(jti && iat && exp)
  return { typ, alg, stable }
}

type Json = Readonly<Record<string, unknown>>
