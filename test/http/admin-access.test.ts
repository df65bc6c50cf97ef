// Access to the admin routes over HTTP.

import { deepEqual, equal } from 'node:assert/strict'
import { suite, test } from 'node:test'
import { MINUTE } from '../../src/domain/time.ts'
import { setRoles } from '../../src/engine/users.ts'
import { routes } from '../../src/http/routes/index.ts'
import { makeDpopKey } from '../support/dpop-proofs.ts'
import { type CallOptions, type InProcess, startInProcess } from '../support/in-process.ts'
import { ADMIN, ALICE, login, loginAsAdmin, register } from '../support/users.ts'
import { asUser } from './admin-support.ts'
import { call } from './dpop-token.ts'

const adminRoutes = routes.filter(({ path }) => path.startsWith('/access/admin/'))

void suite('Admin access', () => {
  const paths = adminRoutes.map(({ method, path }) => ({ method, path: path.replace(/:\w+/, 'usr_nobody') }))

  async function everywhere(latchkey: InProcess, options: CallOptions, status: number, code: string) {
    for (const { method, path } of paths) {
      const { status: found, json } = await latchkey.call(method, path, options)
      deepEqual([found, json.code], [status, code], `${method} ${path}`)
    }
  }

  test('all thirteen routes have the same access policy', () => {
    equal(paths.length, 13)
    for (const { auth, role, fresh, sensitive } of adminRoutes)
      deepEqual({ auth, role, fresh, sensitive }, { auth: 'header-only', role: 'admin', fresh: true, sensitive: true })
  })

  test('refuses requests without a credential, or with a cookie alone', async () => {
    await using latchkey = await startInProcess()
    const root = await loginAsAdmin(latchkey, { remember: true })
    await everywhere(latchkey, {}, 401, 'session.required')
    await everywhere(latchkey, { headers: { cookie: root.session } }, 403, 'csrf.header_required')
    await everywhere(latchkey, { headers: { cookie: root.remembered } }, 401, 'session.required')
    await everywhere(latchkey, { headers: { authorization: 'Bearer nonsense' } }, 401, 'token.invalid')
  })

  test('refuses a user without the role, by token or by session in the header', async () => {
    await using latchkey = await startInProcess()
    const { token } = await register(latchkey)
    const inHeader = await latchkey.call('POST', '/access/login', { body: { ...ALICE, delivery: 'header' } })
    await everywhere(latchkey, { headers: { authorization: token } }, 403, 'role.required')
    await everywhere(latchkey, { headers: { authorization: `Session ${inHeader.json.sessionCredential}` } }, 403, 'role.required')
  })

  test('refuses a sign-in older than five minutes; a remember-me login is never fresh', async () => {
    await using latchkey = await startInProcess({ tokenLifetime: '15m' })
    const root = await loginAsAdmin(latchkey, { remember: true })
    latchkey.clock.advance(5 * MINUTE - 1_000)
    equal((await asUser(root, latchkey)('GET', '/users')).status, 200)
    latchkey.clock.advance(2_000)
    await everywhere(latchkey, { headers: { authorization: root.token } }, 401, 'reauthentication.required')
    const resumed = await latchkey.call('POST', '/access/token', { headers: { cookie: root.remembered } })
    await everywhere(latchkey, { headers: { authorization: resumed.json.token } }, 401, 'reauthentication.required')
    const again = await login(latchkey, ADMIN)
    equal((await asUser(again, latchkey)('GET', '/users')).status, 200)
  })

  test('refuses a foreign origin', async () => {
    await using latchkey = await startInProcess()
    const { token } = await loginAsAdmin(latchkey)
    for (const { method, path } of paths.filter((one) => one.method !== 'GET')) {
      const headers = { authorization: token, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
      const { status, json } = await latchkey.call(method, path, { headers })
      deepEqual([status, json.code], [403, 'origin.denied'], `${method} ${path}`)
    }
  })

  test('refuses a bound token without its DPoP proof', async () => {
    await using latchkey = await startInProcess()
    await loginAsAdmin(latchkey)
    const key = makeDpopKey()
    const { token } = (await call(latchkey, key, 'POST', '/access/login', { body: ADMIN })).json
    await everywhere(latchkey, { headers: { authorization: token } }, 401, 'proof.required')
    await everywhere(latchkey, { headers: { authorization: `DPoP ${token}` } }, 401, 'proof.required')
    equal((await call(latchkey, key, 'GET', '/access/admin/users', { token })).status, 200)
    equal((await call(latchkey, makeDpopKey(), 'GET', '/access/admin/users', { token })).status, 401)
  })

  test('refuses an admin whose role was removed, from the next request on', async () => {
    await using latchkey = await startInProcess()
    const root = await loginAsAdmin(latchkey)
    equal((await asUser(root, latchkey)('GET', '/users')).status, 200)
    await setRoles(latchkey.engine, 'operator', root.userId, [])
    const refused = await asUser(root, latchkey)('GET', '/users')
    deepEqual([refused.status, refused.json.code], [401, 'token.invalid'])
    const renewed = await latchkey.call('POST', '/access/token', { headers: { cookie: root.session } })
    equal((await asUser(renewed.json, latchkey)('GET', '/users')).json.code, 'role.required')
  })
})
