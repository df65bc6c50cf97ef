// Admin routes for users.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { suite, test } from 'node:test'
import { startInProcess } from '../support/in-process.ts'
import { ADMIN, ALICE, login, loginAsAdmin, register } from '../support/users.ts'
import { asUser, auditEventsOf, NEW } from './admin-support.ts'

void suite('Users', () => {
  test('lists users in pages, finds them by name, and shows no secrets', async () => {
    await using latchkey = await startInProcess()
    const root = await loginAsAdmin(latchkey)
    const ids = [root.userId]
    for (let count = 0; count < 6; count += 1) ids.push((await register(latchkey, { username: `Person${count}` })).userId)
    const ask = asUser(root, latchkey)
    const seen: string[] = []
    for (let after = ''; ; ) {
      const { json } = await ask('GET', `/users?limit=3${after && `&after=${encodeURIComponent(after)}`}`)
      ok(json.users.length <= 3)
      seen.push(...json.users.map((user: { id: string }) => user.id))
      if (json.next === null) break
      after = json.next
    }
    deepEqual(seen, ids.toSorted())
    const found = await ask('GET', '/users?name=pErSoN3')
    deepEqual(found.json.users, [
      {
        id: ids[4],
        username: 'Person3',
        email: null,
        roles: [],
        disabled: false,
        createdAt: new Date(latchkey.clock.now()).toISOString(),
      },
    ])
    deepEqual((await ask('GET', `/users?name=${ids[4]}`)).json, found.json)
    deepEqual((await ask('GET', '/users?name=unknown')).json, { users: [], next: null })
    deepEqual((await ask('GET', `/users/${ids[4]}`)).json, { user: found.json.users[0] })
    for (const name of ['usr_nobody', 'Person3']) equal((await ask('GET', `/users/${name}`)).json.code, 'resource.not_found')
  })

  test('refuses a forged cursor, and the cursor of another admin', async () => {
    await using latchkey = await startInProcess()
    const [root, other] = [await loginAsAdmin(latchkey), await loginAsAdmin(latchkey, { username: 'Other' })]
    const { next } = (await asUser(root, latchkey)('GET', '/users?limit=1')).json
    for (const [admin, cursor] of [
      [root, 'usr_a'],
      [root, `${next}x`],
      [other, next],
    ] as const) {
      const { status, json } = await asUser(admin, latchkey)('GET', `/users?after=${cursor}`)
      deepEqual([status, json.code, json.field], [400, 'request.malformed', 'after'])
    }
    for (const limit of ['0', '201', 'x', '-1']) equal((await asUser(root, latchkey)('GET', `/users?limit=${limit}`)).json.field, 'limit')
  })

  test('adds users with roles, who can sign in', async () => {
    await using latchkey = await startInProcess({ registration: 'closed' })
    const root = await loginAsAdmin(latchkey)
    const ask = asUser(root, latchkey)
    const added = await ask('POST', '/users', { ...NEW, email: 'grace@example.com', roles: ['editor', 'editor'] })
    equal(added.status, 201)
    deepEqual([added.json.user.roles, added.json.user.email, added.cookies], [['editor'], 'grace@example.com', []])
    equal((await latchkey.call('POST', '/access/login', { body: NEW })).json.user.id, added.json.user.id)
    const refused: readonly (readonly [unknown, number, string, string?])[] = [
      [NEW, 409, 'username.taken', 'username'],
      [{ ...NEW, username: 'x' }, 422, 'username.invalid', 'username'],
      [{ ...NEW, username: 'Other', password: 'short' }, 422, 'password.too_short', 'password'],
      [{ ...NEW, username: 'Other', password: 'password' }, 422, 'password.too_common', 'password'],
      [{ ...NEW, roles: ['Admin'] }, 422, 'request.invalid', 'roles.0'],
      [{ ...NEW, roles: 'admin' }, 422, 'request.invalid', 'roles'],
      [{ ...NEW, roles: Array.from({ length: 33 }, (_, index) => `role${index}`) }, 422, 'request.invalid', 'roles'],
      [{ ...NEW, disabled: true }, 422, 'request.invalid', 'disabled'],
    ]
    for (const [body, status, code, field] of refused) {
      const answer = await ask('POST', '/users', body)
      deepEqual([answer.status, answer.json.code, answer.json.field], [status, code, field])
    }
  })

  test('applies changes of roles at once', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey)]
    const changed = await asUser(root, latchkey)('PATCH', `/users/${alice.userId}`, { roles: ['editor'] })
    deepEqual([changed.status, changed.json.user.roles, changed.json.ended], [200, ['editor'], { sessions: 0, rememberMe: 0 }])
    equal((await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })).json.code, 'token.invalid')
    const current = await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })
    deepEqual(current.json.user.roles, ['editor'])
  })

  test('disabling a user revokes all credentials; enabling allows sign-in again', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey, { remember: true })]
    const ask = asUser(root, latchkey)
    const locked = await ask('PATCH', `/users/${alice.userId}`, { disabled: true })
    deepEqual([locked.json.user.disabled, locked.json.ended], [true, { sessions: 1, rememberMe: 1 }])
    equal((await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })).json.reason, 'session_ended')
    equal((await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })).json.reason, 'revoked')
    equal((await latchkey.call('POST', '/access/login', { body: ALICE })).json.code, 'credentials.invalid')
    equal((await ask('PATCH', `/users/${alice.userId}`, { disabled: false })).json.user.disabled, false)
    await login(latchkey)
  })

  test('setting a password revokes all credentials', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey)]
    const ask = asUser(root, latchkey)
    equal((await ask('PATCH', `/users/${alice.userId}`, { password: 'alice' })).json.code, 'password.too_short')
    equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
    const changed = await ask('PATCH', `/users/${alice.userId}`, { password: NEW.password })
    deepEqual([changed.status, changed.json.ended], [200, { sessions: 1, rememberMe: 0 }])
    ok(!changed.body?.includes(NEW.password))
    equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 401)
    await login(latchkey, { password: NEW.password })
  })

  test('deletes a user with all data', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey)]
    const ask = asUser(root, latchkey)
    deepEqual((await ask('DELETE', `/users/${alice.userId}`)).json, { ended: { sessions: 1, rememberMe: 0 } })
    equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 401)
    deepEqual(await auditEventsOf(latchkey, alice.userId), [])
    for (const [method, body] of [['GET'], ['DELETE'], ['PATCH', { disabled: true }]] as const)
      equal((await ask(method, `/users/${alice.userId}`, body)).json.code, 'resource.not_found')
  })

  test('accepts exactly one known property per change', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey)]
    for (const body of [{}, { roles: [], disabled: true }, { username: 'Bob' }, { code: 'usr_x' }, [], null, { disabled: 'yes' }]) {
      const { status, json } = await asUser(root, latchkey)('PATCH', `/users/${alice.userId}`, body)
      deepEqual([status, json.code], [422, 'request.invalid'], JSON.stringify(body))
    }
    const merge = await latchkey.call('PATCH', `/access/admin/users/${alice.userId}`, {
      headers: { authorization: root.token },
      body: { disabled: true },
      type: 'application/merge-patch+json',
    })
    equal(merge.status, 415)
    equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  })

  test('admins cannot disable, demote or delete themselves, or set their own password', async () => {
    await using latchkey = await startInProcess()
    const root = await loginAsAdmin(latchkey)
    const ask = asUser(root, latchkey)
    for (const [method, body] of [
      ['PATCH', { roles: [] }],
      ['PATCH', { disabled: true }],
      ['PATCH', { password: NEW.password }],
      ['DELETE', undefined],
    ] as const) {
      const { status, json } = await ask(method, `/users/${root.userId}`, body)
      deepEqual([status, json.code, json.field], [422, 'request.invalid', 'userId'])
    }
    equal((await ask('GET', `/users/${root.userId}`)).json.user.roles[0], 'admin')
    await login(latchkey, ADMIN)
  })

  test('a user id never matches a user with that username', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey)]
    const namesake = await register(latchkey, { username: alice.userId, password: NEW.password })
    const ask = asUser(root, latchkey)
    await ask('DELETE', `/users/${alice.userId}`)
    for (const [method, body] of [['DELETE'], ['PATCH', { disabled: true }], ['PATCH', { password: ALICE.password }]] as const)
      equal((await ask(method, `/users/${alice.userId}`, body)).json.code, 'resource.not_found')
    equal((await ask('DELETE', `/users/${alice.userId}/sessions`)).json.code, 'resource.not_found')
    equal((await latchkey.call('GET', '/access/session', { headers: { cookie: namesake.session } })).status, 200)
  })
})
