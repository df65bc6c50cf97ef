// Administration over HTTP: whom it lets in, what it does, and what both records say of it.

import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AuthError, type ErrorCode } from '../../src/domain/errors.ts'
import { MINUTE } from '../../src/domain/time.ts'
import type { Actor } from '../../src/engine/actor.ts'
import { addServiceKey, removeServiceKey, rotateSigningKey } from '../../src/engine/keys.ts'
import { revoke } from '../../src/engine/revoke.ts'
import { addUser, deleteUser, setDisabled, setPassword, setRoles } from '../../src/engine/users.ts'
import { routes } from '../../src/http/routes/index.ts'
import type { Change, Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type CallOptions, type InProcess, startInProcess } from '../support/in-process.ts'
import { makeClientKey } from '../support/key-proofs.ts'
import { ADMIN, ALICE, administrator, login, register, type SignedInPerson } from '../support/people.ts'
import { call } from './bound-token.ts'

const administrationRoutes = routes.filter(({ path }) => path.startsWith('/access/admin/'))

const NEW = { username: 'Grace', password: 'seven-grey-herons-at-dusk' }

function as({ token }: Pick<SignedInPerson, 'token'>, latchkey: InProcess) {
  return (method: string, path: string, body?: unknown) =>
    latchkey.call(method, `/access/admin${path}`, { headers: { authorization: token }, body, type: 'application/json' })
}

async function recordOf({ engine }: InProcess, userCode: string) {
  const operations = await engine.store.operations.list(userCode, null, 50)
  return operations.map(({ action, detail, ip, sessionId }) => ({ action, detail, ip, sessionId }))
}

void suite('Whom it lets in', () => {
  const paths = administrationRoutes.map(({ method, path }) => ({ method, path: path.replace(/:\w+/, 'usr_nobody') }))

  async function everywhere(latchkey: InProcess, options: CallOptions, status: number, code: string) {
    for (const { method, path } of paths) {
      const { status: found, json } = await latchkey.call(method, path, options)
      deepEqual([found, json.code], [status, code], `${method} ${path}`)
    }
  }

  test('there are thirteen ways in, and they ask for the same', () => {
    equal(paths.length, 13)
    for (const { proof, role, fresh, sensitive } of administrationRoutes)
      deepEqual({ proof, role, fresh, sensitive }, { proof: 'header', role: 'admin', fresh: true, sensitive: true })
  })

  test('nobody without a credential, and no cookie alone', async () => {
    await using latchkey = await startInProcess()
    const root = await administrator(latchkey, { remember: true })
    await everywhere(latchkey, {}, 401, 'session.required')
    await everywhere(latchkey, { headers: { cookie: root.session } }, 403, 'header.required')
    await everywhere(latchkey, { headers: { cookie: root.remembered } }, 401, 'session.required')
    await everywhere(latchkey, { headers: { authorization: 'Bearer nonsense' } }, 401, 'token.invalid')
  })

  test('nobody without the role, by token or by session in the header', async () => {
    await using latchkey = await startInProcess()
    const { token } = await register(latchkey)
    const inHeader = await latchkey.call('POST', '/access/login', { body: { ...ALICE, delivery: 'header' } })
    await everywhere(latchkey, { headers: { authorization: token } }, 403, 'role.required')
    await everywhere(latchkey, { headers: { authorization: `Session ${inHeader.json.sessionCredential}` } }, 403, 'role.required')
  })

  test('nobody whose password was typed more than five minutes ago; a remembered login is never fresh', async () => {
    await using latchkey = await startInProcess({ tokenLifetime: '15m' })
    const root = await administrator(latchkey, { remember: true })
    latchkey.clock.turn(5 * MINUTE - 1_000)
    equal((await as(root, latchkey)('GET', '/users')).status, 200)
    latchkey.clock.turn(2_000)
    await everywhere(latchkey, { headers: { authorization: root.token } }, 401, 'session.not_fresh')
    const restored = await latchkey.call('POST', '/access/token', { headers: { cookie: root.remembered } })
    await everywhere(latchkey, { headers: { authorization: restored.json.token } }, 401, 'session.not_fresh')
    const again = await login(latchkey, ADMIN)
    equal((await as(again, latchkey)('GET', '/users')).status, 200)
  })

  test('no foreign origin', async () => {
    await using latchkey = await startInProcess()
    const { token } = await administrator(latchkey)
    for (const { method, path } of paths.filter((one) => one.method !== 'GET')) {
      const headers = { authorization: token, origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
      const { status, json } = await latchkey.call(method, path, { headers })
      deepEqual([status, json.code], [403, 'origin.denied'], `${method} ${path}`)
    }
  })

  test('no copy of a token that is bound to a key', async () => {
    await using latchkey = await startInProcess()
    await administrator(latchkey)
    const key = makeClientKey()
    const { token } = (await call(latchkey, key, 'POST', '/access/login', { body: ADMIN })).json
    await everywhere(latchkey, { headers: { authorization: token } }, 401, 'proof.required')
    await everywhere(latchkey, { headers: { authorization: `DPoP ${token}` } }, 401, 'proof.required')
    equal((await call(latchkey, key, 'GET', '/access/admin/users', { token })).status, 200)
    equal((await call(latchkey, makeClientKey(), 'GET', '/access/admin/users', { token })).status, 401)
  })

  test('nobody who has lost the role, from the next request on', async () => {
    await using latchkey = await startInProcess()
    const root = await administrator(latchkey)
    equal((await as(root, latchkey)('GET', '/users')).status, 200)
    await setRoles(latchkey.engine, 'operator', root.code, [])
    const refused = await as(root, latchkey)('GET', '/users')
    deepEqual([refused.status, refused.json.code], [401, 'token.invalid'])
    const renewed = await latchkey.call('POST', '/access/token', { headers: { cookie: root.session } })
    equal((await as(renewed.json, latchkey)('GET', '/users')).json.code, 'role.required')
  })
})

void suite('Users', () => {
  test('are listed page by page, found by name, and shown without what is secret', async () => {
    await using latchkey = await startInProcess()
    const root = await administrator(latchkey)
    const codes = [root.code]
    for (let count = 0; count < 6; count += 1) codes.push((await register(latchkey, { username: `Person${count}` })).code)
    const ask = as(root, latchkey)
    const seen: string[] = []
    for (let after = ''; ; ) {
      const { json } = await ask('GET', `/users?limit=3${after && `&after=${encodeURIComponent(after)}`}`)
      ok(json.users.length <= 3)
      seen.push(...json.users.map((user: { code: string }) => user.code))
      if (json.next === null) break
      after = json.next
    }
    deepEqual(seen, codes.toSorted())
    const found = await ask('GET', '/users?name=pErSoN3')
    deepEqual(found.json.users, [
      {
        code: codes[4],
        username: 'Person3',
        email: null,
        roles: [],
        disabled: false,
        createdAt: new Date(latchkey.clock.now()).toISOString(),
      },
    ])
    deepEqual((await ask('GET', `/users?name=${codes[4]}`)).json, found.json)
    deepEqual((await ask('GET', '/users?name=nobody')).json, { users: [], next: null })
    deepEqual((await ask('GET', `/users/${codes[4]}`)).json, { user: found.json.users[0] })
    for (const name of ['usr_nobody', 'Person3']) equal((await ask('GET', `/users/${name}`)).json.code, 'not_found')
  })

  test('a cursor that is made up, or another administrator’s, opens nothing', async () => {
    await using latchkey = await startInProcess()
    const [root, other] = [await administrator(latchkey), await administrator(latchkey, { username: 'Other' })]
    const { next } = (await as(root, latchkey)('GET', '/users?limit=1')).json
    for (const [who, cursor] of [
      [root, 'usr_a'],
      [root, `${next}x`],
      [other, next],
    ] as const) {
      const { status, json } = await as(who, latchkey)('GET', `/users?after=${cursor}`)
      deepEqual([status, json.code, json.field], [400, 'request.malformed', 'after'])
    }
    for (const limit of ['0', '201', 'x', '-1']) equal((await as(root, latchkey)('GET', `/users?limit=${limit}`)).json.field, 'limit')
  })

  test('are added with roles, and sign in', async () => {
    await using latchkey = await startInProcess({ registration: 'closed' })
    const root = await administrator(latchkey)
    const ask = as(root, latchkey)
    const added = await ask('POST', '/users', { ...NEW, email: 'grace@example.com', roles: ['editor', 'editor'] })
    equal(added.status, 201)
    deepEqual([added.json.user.roles, added.json.user.email, added.cookies], [['editor'], 'grace@example.com', []])
    equal((await latchkey.call('POST', '/access/login', { body: NEW })).json.user.code, added.json.user.code)
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

  test('lose and get roles at once', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await administrator(latchkey), await register(latchkey)]
    const changed = await as(root, latchkey)('PATCH', `/users/${alice.code}`, { roles: ['editor'] })
    deepEqual([changed.status, changed.json.user.roles, changed.json.ended], [200, ['editor'], { sessions: 0, remembered: 0 }])
    equal((await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })).json.code, 'token.invalid')
    const who = await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })
    deepEqual(who.json.user.roles, ['editor'])
  })

  test('are locked, which ends everything, and unlocked', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await administrator(latchkey), await register(latchkey, { remember: true })]
    const ask = as(root, latchkey)
    const locked = await ask('PATCH', `/users/${alice.code}`, { disabled: true })
    deepEqual([locked.json.user.disabled, locked.json.ended], [true, { sessions: 1, remembered: 1 }])
    equal((await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })).json.reason, 'session_ended')
    equal((await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } })).json.reason, 'revoked')
    equal((await latchkey.call('POST', '/access/login', { body: ALICE })).json.code, 'credentials.invalid')
    equal((await ask('PATCH', `/users/${alice.code}`, { disabled: false })).json.user.disabled, false)
    await login(latchkey)
  })

  test('get a new password, which ends everything', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await administrator(latchkey), await register(latchkey)]
    const ask = as(root, latchkey)
    equal((await ask('PATCH', `/users/${alice.code}`, { password: 'alice' })).json.code, 'password.too_short')
    equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
    const changed = await ask('PATCH', `/users/${alice.code}`, { password: NEW.password })
    deepEqual([changed.status, changed.json.ended], [200, { sessions: 1, remembered: 0 }])
    ok(!changed.body?.includes(NEW.password))
    equal((await latchkey.call('POST', '/access/login', { body: ALICE })).status, 401)
    await login(latchkey, { password: NEW.password })
  })

  test('are deleted with all that is theirs', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await administrator(latchkey), await register(latchkey)]
    const ask = as(root, latchkey)
    deepEqual((await ask('DELETE', `/users/${alice.code}`)).json, { ended: { sessions: 1, remembered: 0 } })
    equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 401)
    deepEqual(await recordOf(latchkey, alice.code), [])
    for (const [method, body] of [['GET'], ['DELETE'], ['PATCH', { disabled: true }]] as const)
      equal((await ask(method, `/users/${alice.code}`, body)).json.code, 'not_found')
  })

  test('one thing is changed at a time, and nothing that is not there to be changed', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await administrator(latchkey), await register(latchkey)]
    for (const body of [{}, { roles: [], disabled: true }, { username: 'Bob' }, { code: 'usr_x' }, [], null, { disabled: 'yes' }]) {
      const { status, json } = await as(root, latchkey)('PATCH', `/users/${alice.code}`, body)
      deepEqual([status, json.code], [422, 'request.invalid'], JSON.stringify(body))
    }
    const merge = await latchkey.call('PATCH', `/access/admin/users/${alice.code}`, {
      headers: { authorization: root.token },
      body: { disabled: true },
      type: 'application/merge-patch+json',
    })
    equal(merge.status, 415)
    equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  })

  test('administrators neither lock, demote, rename nor delete themselves here', async () => {
    await using latchkey = await startInProcess()
    const root = await administrator(latchkey)
    const ask = as(root, latchkey)
    for (const [method, body] of [
      ['PATCH', { roles: [] }],
      ['PATCH', { disabled: true }],
      ['PATCH', { password: NEW.password }],
      ['DELETE', undefined],
    ] as const) {
      const { status, json } = await ask(method, `/users/${root.code}`, body)
      deepEqual([status, json.code, json.field], [422, 'request.invalid', 'userCode'])
    }
    equal((await ask('GET', `/users/${root.code}`)).json.user.roles[0], 'admin')
    await login(latchkey, ADMIN)
  })

  test('somebody whose name is the code of another is not meant by it', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await administrator(latchkey), await register(latchkey)]
    const namesake = await register(latchkey, { username: alice.code, password: NEW.password })
    const ask = as(root, latchkey)
    await ask('DELETE', `/users/${alice.code}`)
    for (const [method, body] of [['DELETE'], ['PATCH', { disabled: true }], ['PATCH', { password: ALICE.password }]] as const)
      equal((await ask(method, `/users/${alice.code}`, body)).json.code, 'not_found')
    equal((await ask('DELETE', `/users/${alice.code}/sessions`)).json.code, 'not_found')
    equal((await latchkey.call('GET', '/access/session', { headers: { cookie: namesake.session } })).status, 200)
  })
})

void suite('Sessions and operations', () => {
  test('of a user are listed as the user sees them, and end one by one or all', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await administrator(latchkey), await register(latchkey, { remember: true })]
    const second = await login(latchkey)
    const ask = as(root, latchkey)
    const own = await latchkey.call('GET', '/access/sessions', { headers: { authorization: alice.token } })
    const listed = await ask('GET', `/users/${alice.code}/sessions`)
    deepEqual(
      listed.json,
      own.json.map((one: { current: boolean }) => ({ ...one, current: false })),
    )
    equal(listed.json.length, 3)

    deepEqual((await ask('DELETE', `/sessions/${second.sid}`)).json, { ended: { sessions: 1, remembered: 0 } })
    equal((await latchkey.call('GET', '/access/session', { headers: { authorization: second.token } })).json.reason, 'session_ended')
    equal((await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })).status, 200)
    equal((await ask('DELETE', `/sessions/${second.sid}`)).json.code, 'not_found')
    const { id } = listed.json.find(({ kind }: { kind: string }) => kind === 'remembered')
    deepEqual((await ask('DELETE', `/sessions/${id}`)).json, { ended: { sessions: 1, remembered: 1 } })
    deepEqual((await ask('GET', `/users/${alice.code}/sessions`)).json, [])

    await login(latchkey, { remember: true })
    deepEqual((await ask('DELETE', `/users/${alice.code}/sessions`)).json, { ended: { sessions: 1, remembered: 1 } })
    deepEqual((await ask('DELETE', `/users/${alice.code}/sessions`)).json, { ended: { sessions: 0, remembered: 0 } })
    for (const path of ['/users/usr_nobody/sessions', '/users/usr_nobody/operations'])
      equal((await ask('GET', path)).json.code, 'not_found')
  })

  test('an administrator sees and ends their own as well', async () => {
    await using latchkey = await startInProcess()
    const root = await administrator(latchkey)
    const ask = as(root, latchkey)
    const [current] = (await ask('GET', `/users/${root.code}/sessions`)).json
    deepEqual([current.id, current.current], [root.sid, true])
    deepEqual((await ask('DELETE', `/sessions/${root.sid}`)).json, { ended: { sessions: 1, remembered: 0 } })
    equal((await ask('GET', '/users')).json.reason, 'session_ended')
    deepEqual(
      (await recordOf(latchkey, root.code)).slice(0, 2).map(({ action }) => action),
      ['admin.session.end', 'session.end'],
    )
  })

  test('the record of a user is read page by page, as the user reads it', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await administrator(latchkey), await register(latchkey)]
    for (let count = 0; count < 4; count += 1)
      await latchkey.call('POST', '/access/operations', {
        headers: { authorization: alice.token },
        body: { action: 'order.placed', detail: { count } },
      })
    const own = await latchkey.call('GET', '/access/operations', { headers: { authorization: alice.token } })
    const ask = as(root, latchkey)
    const first = (await ask('GET', `/users/${alice.code}/operations?limit=3`)).json
    const rest = (await ask('GET', `/users/${alice.code}/operations?before=${encodeURIComponent(first.next)}`)).json
    deepEqual([...first.operations, ...rest.operations], own.json.operations)
    equal(rest.next, null)
    equal((await ask('GET', `/users/${root.code}/operations?before=${encodeURIComponent(first.next)}`)).status, 400)
  })
})

void suite('Keys', () => {
  test('are listed without what is secret, made for services, and removed', async () => {
    await using latchkey = await startInProcess()
    const root = await administrator(latchkey)
    const ask = as(root, latchkey)
    const made = await ask('POST', '/keys', { service: 'orders' })
    equal(made.status, 201)
    const { id, key, service } = made.json
    deepEqual([service, key.split('.')[0]], ['orders', id])
    const listed = await ask('GET', '/keys')
    deepEqual(
      listed.json.services.map(({ id, use }: { id: string; use: string }) => [id, use]),
      [[id, 'service orders']],
    )
    deepEqual(
      listed.json.signing.map(({ use }: { use: string }) => use),
      ['signs', 'next'],
    )
    ok(!listed.body?.includes(key.split('.')[1]))
    ok(latchkey.engine.keys.services().some((service) => service.id === id))
    deepEqual((await ask('DELETE', `/keys/${id}`)).json, { removed: id, service: 'orders' })
    deepEqual(latchkey.engine.keys.services(), [])
    equal((await ask('DELETE', `/keys/${id}`)).json.code, 'not_found')
    for (const body of [
      {},
      { service: '' },
      { service: '  ' },
      { service: 'x'.repeat(65) },
      { service: 'a\nb' },
      { service: '\u001b[2J' },
      { service: 'a\u202eb' },
    ])
      equal((await ask('POST', '/keys', body)).json.field, 'service')
  })

  test('the signing key rotates: the next one signs, and what was signed before is good', async () => {
    await using latchkey = await startInProcess()
    const root = await administrator(latchkey)
    const ask = as(root, latchkey)
    const before = (await ask('GET', '/keys')).json.signing
    const rotated = await ask('POST', '/keys/rotate')
    equal(rotated.json.signing, before[1].id)
    notEqual(rotated.json.next, before[1].id)
    equal((await ask('GET', '/keys')).json.signing[2].id, before[0].id)
    const minted = (await latchkey.call('POST', '/access/token', { headers: { cookie: root.session } })).json
    equal(JSON.parse(Buffer.from(minted.token.split('.')[0], 'base64url').toString()).kid, before[1].id)
  })
})

void suite('The record', () => {
  test('says to the user what was done, and to the administrator by whom, to whom and from where', async () => {
    await using latchkey = await startInProcess()
    const root = await administrator(latchkey)
    const ask = as(root, latchkey)
    const { code } = (await ask('POST', '/users', { ...NEW, roles: ['editor'] })).json.user
    await ask('PATCH', `/users/${code}`, { roles: [] })
    await ask('PATCH', `/users/${code}`, { disabled: true })
    await ask('PATCH', `/users/${code}`, { disabled: false })
    await ask('PATCH', `/users/${code}`, { password: ALICE.password })
    const begun = await login(latchkey, { username: NEW.username })
    await login(latchkey, { username: NEW.username })
    await ask('DELETE', `/sessions/${begun.sid}`)
    await ask('DELETE', `/users/${code}/sessions`)
    const of = (userCode: string) => recordOf(latchkey, userCode)
    const by = { by: 'admin' }
    const users = await of(code)
    deepEqual(
      users.map(({ action, detail }) => [action, detail]),
      [
        ['session.end', by],
        ['session.end', { id: begun.sid, ...by }],
        ['login.password', { remember: false }],
        ['login.password', { remember: false }],
        ['password.change', by],
        ['account.enable', by],
        ['account.disable', by],
        ['account.roles', { roles: [], ...by }],
        ['account.register', { roles: ['editor'], ...by }],
      ],
    )
    const administered = users.filter(({ detail }) => detail.by === 'admin')
    ok(administered.every(({ ip, sessionId }) => ip === '' && sessionId === null))
    const { id } = (await ask('POST', '/keys', { service: 'orders' })).json
    await ask('DELETE', `/keys/${id}`)
    await ask('POST', '/keys/rotate')
    await ask('DELETE', `/users/${code}`)
    const own = (await of(root.code)).filter(({ action }) => action.startsWith('admin.'))
    deepEqual(
      own.map(({ action, detail }) => [action, detail]),
      [
        ['admin.account.delete', { user: code, username: NEW.username }],
        ['admin.key.rotate', {}],
        ['admin.key.remove', { id, service: 'orders' }],
        ['admin.key.add', { id, service: 'orders' }],
        ['admin.session.end', { user: code }],
        ['admin.session.end', { id: begun.sid, user: code }],
        ['admin.password.change', { user: code }],
        ['admin.account.enable', { user: code }],
        ['admin.account.disable', { user: code }],
        ['admin.account.roles', { roles: [], user: code }],
        ['admin.account.register', { roles: ['editor'], user: code }],
      ],
    )
    ok(own.every(({ ip, sessionId }) => ip === '192.0.2.1' && sessionId === root.sid))
  })

  test('has nothing of what was refused', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await administrator(latchkey), await register(latchkey)]
    const before = [await recordOf(latchkey, root.code), await recordOf(latchkey, alice.code)]
    const ask = as(root, latchkey)
    await ask('POST', '/users', ALICE)
    await ask('PATCH', `/users/${alice.code}`, { password: 'short' })
    await ask('DELETE', `/users/${root.code}`)
    await ask('DELETE', '/sessions/unknown')
    await ask('DELETE', '/keys/unknown')
    deepEqual([await recordOf(latchkey, root.code), await recordOf(latchkey, alice.code)], before)
  })
})

/** A memory store in which something else happens right before a write. */
function interrupted(isMeant: (changes: readonly Change[]) => boolean) {
  const store = createMemoryStore()
  let before: (() => Promise<unknown>) | undefined
  const wrapped: Store = {
    ...store,
    log: store.log,
    probe: () => store.probe(),
    close: () => store.close(),
    findKeyRing: () => store.findKeyRing(),
    async write(changes) {
      const happens = isMeant(changes) ? before : undefined
      if (happens) before = undefined
      await happens?.()
      return store.write(changes)
    },
  }
  return {
    store: wrapped,
    once: (happens: () => Promise<unknown>) => {
      before = happens
    },
  }
}

const changesRoles = (changes: readonly Change[]) =>
  changes.some((change) => change.do === 'append operation' && change.operation.action === 'account.roles')

test('a sign-in that meets a change of roles does not keep those from before', async () => {
  const { store, once } = interrupted(changesRoles)
  await using latchkey = await startInProcess({}, { store })
  const [root, alice] = [await administrator(latchkey), await register(latchkey)]
  const ask = as(root, latchkey)
  await ask('PATCH', `/users/${alice.code}`, { roles: ['admin'] })
  let late: SignedInPerson | undefined
  once(async () => {
    late = await login(latchkey)
  })
  equal((await ask('PATCH', `/users/${alice.code}`, { roles: [] })).status, 200)
  ok(late)
  deepEqual(
    (await store.credentials.listByUser(alice.code)).map((record) => record.kind === 'session' && record.roles),
    [[], []],
  )
  equal((await as(late, latchkey)('GET', '/users')).json.code, 'token.invalid')
  const renewed = await latchkey.call('POST', '/access/token', { headers: { cookie: late.session } })
  deepEqual(renewed.json.user.roles, [])
})

test('an administrator who is signed out, demoted, locked or deleted right before the write changes nothing by it', async () => {
  const happenings: readonly (readonly [(latchkey: InProcess, root: SignedInPerson) => Promise<unknown>, ErrorCode])[] = [
    [({ call }, { code, token }) => call('POST', `/access/logout/${code}`, { headers: { authorization: token } }), 'session.required'],
    [({ engine }, { code }) => setRoles(engine, 'operator', code, ['editor']), 'role.required'],
    [({ engine }, { code }) => setDisabled(engine, 'operator', code, true), 'session.required'],
    [({ engine }, { code }) => deleteUser(engine, 'operator', code), 'session.required'],
  ]
  for (const [happening, code] of happenings) {
    const { store, once } = interrupted(changesRoles)
    await using latchkey = await startInProcess({}, { store })
    const [root, alice] = [await administrator(latchkey), await register(latchkey)]
    const before = [await store.users.find(alice.code), await recordOf(latchkey, alice.code)]
    once(() => happening(latchkey, root))
    equal((await as(root, latchkey)('PATCH', `/users/${alice.code}`, { roles: ['admin'] })).json.code, code)
    deepEqual([await store.users.find(alice.code), await recordOf(latchkey, alice.code)], before)
  }
})

test('an administrator whose own record changes without consequence meanwhile goes on', async () => {
  const { store, once } = interrupted(changesRoles)
  await using latchkey = await startInProcess({}, { store })
  const [root, alice] = [await administrator(latchkey), await register(latchkey)]
  once(() => setRoles(latchkey.engine, 'operator', root.code, ['admin', 'editor']))
  const changed = await as(root, latchkey)('PATCH', `/users/${alice.code}`, { roles: ['editor'] })
  deepEqual([changed.status, changed.json.user?.roles], [200, ['editor']])
})

void suite('Who is an administrator no more while a request is under way', () => {
  /** As a request that was let in a moment ago. */
  async function letIn(latchkey: InProcess) {
    const root = await administrator(latchkey)
    const principal = { userCode: root.code, roles: ['admin'], sid: root.sid, amr: ['pwd'], authTime: latchkey.clock.now() }
    return { root, actor: { principal, whence: { ip: '192.0.2.1', device: 'curl' } } }
  }

  async function doesNothing(latchkey: InProcess, actor: Actor, code: ErrorCode) {
    const { engine } = latchkey
    const alice = await register(latchkey)
    const service = await addServiceKey(engine, 'operator', 'orders')
    ok(!(service instanceof AuthError))
    const state = async () => [await engine.store.users.page(null, 10), await engine.keys.read(), await recordOf(latchkey, alice.code)]
    const before = await state()
    for (const refused of [
      await addUser(engine, actor, { ...NEW, email: null, roles: ['admin'] }),
      await setRoles(engine, actor, alice.code, ['admin']),
      await setDisabled(engine, actor, alice.code, true),
      await setPassword(engine, actor, alice.code, NEW.password),
      await deleteUser(engine, actor, alice.code),
      await revoke(engine, actor, { user: alice.code }),
      await revoke(engine, actor, { id: alice.sid }),
      await addServiceKey(engine, actor, 'orders'),
      await removeServiceKey(engine, actor, service.record.id),
      await rotateSigningKey(engine, actor),
    ]) {
      ok(refused instanceof AuthError)
      equal(refused.code, code)
    }
    deepEqual(await state(), before)
    equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  }

  test('since they signed out, does nothing', async () => {
    await using latchkey = await startInProcess()
    const { root, actor } = await letIn(latchkey)
    await latchkey.call('POST', `/access/logout/${root.code}`, { headers: { authorization: root.token } })
    await doesNothing(latchkey, actor, 'session.required')
  })

  test('since the role was taken away, does nothing', async () => {
    await using latchkey = await startInProcess()
    const { root, actor } = await letIn(latchkey)
    await setRoles(latchkey.engine, 'operator', root.code, ['editor'])
    await doesNothing(latchkey, actor, 'role.required')
  })

  test('since they were deleted, does nothing', async () => {
    await using latchkey = await startInProcess()
    const { root, actor } = await letIn(latchkey)
    await deleteUser(latchkey.engine, 'operator', root.code)
    await doesNothing(latchkey, actor, 'session.required')
  })
})
