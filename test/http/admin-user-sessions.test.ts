// Admin routes for sessions, audit logs and keys.

import { deepEqual, equal, notEqual, ok } from 'node:assert/strict'
import { suite, test } from 'node:test'
import { startInProcess } from '../support/in-process.ts'
import { login, loginAsAdmin, register } from '../support/users.ts'
import { asUser, auditEventsOf } from './admin-support.ts'

void suite('Sessions and the audit log', () => {
  test('lists a user’s sessions like the user’s own list, and revokes one or all', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey, { remember: true })]
    const second = await login(latchkey)
    const ask = asUser(root, latchkey)
    const own = await latchkey.call('GET', '/access/sessions', { headers: { authorization: alice.token } })
    const listed = await ask('GET', `/users/${alice.userId}/sessions`)
    deepEqual(
      listed.json,
      own.json.map((one: { current: boolean }) => ({ ...one, current: false })),
    )
    equal(listed.json.length, 2)

    deepEqual((await ask('DELETE', `/sessions/${second.sid}`)).json, { ended: { sessions: 1, rememberMe: 0 } })
    equal((await latchkey.call('GET', '/access/session', { headers: { authorization: second.token } })).json.reason, 'session_ended')
    equal((await latchkey.call('GET', '/access/session', { headers: { authorization: alice.token } })).status, 200)
    equal((await ask('DELETE', `/sessions/${second.sid}`)).json.code, 'resource.not_found')
    const { id } = listed.json.find(({ kind }: { kind: string }) => kind === 'remember_me')
    deepEqual((await ask('DELETE', `/sessions/${id}`)).json, { ended: { sessions: 1, rememberMe: 1 } })
    deepEqual((await ask('GET', `/users/${alice.userId}/sessions`)).json, [])

    await login(latchkey, { remember: true })
    deepEqual((await ask('DELETE', `/users/${alice.userId}/sessions`)).json, { ended: { sessions: 1, rememberMe: 1 } })
    deepEqual((await ask('DELETE', `/users/${alice.userId}/sessions`)).json, { ended: { sessions: 0, rememberMe: 0 } })
    for (const path of ['/users/usr_nobody/sessions', '/users/usr_nobody/audit-events'])
      equal((await ask('GET', path)).json.code, 'resource.not_found')
  })

  test('an admin can list and revoke the admin’s own sessions', async () => {
    await using latchkey = await startInProcess()
    const root = await loginAsAdmin(latchkey)
    const ask = asUser(root, latchkey)
    const [current] = (await ask('GET', `/users/${root.userId}/sessions`)).json
    deepEqual([current.id, current.current], [root.sid, true])
    deepEqual((await ask('DELETE', `/sessions/${root.sid}`)).json, { ended: { sessions: 1, rememberMe: 0 } })
    equal((await ask('GET', '/users')).json.reason, 'session_ended')
    deepEqual(
      (await auditEventsOf(latchkey, root.userId)).slice(0, 2).map(({ action }) => action),
      ['admin.session.revoke', 'session.revoke'],
    )
  })

  test('an admin reads a user’s audit log in the same pages as the user', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey)]
    for (let count = 0; count < 4; count += 1)
      await latchkey.call('POST', '/access/audit-events', {
        headers: { authorization: alice.token },
        body: { action: 'order.placed', detail: { count } },
      })
    const own = await latchkey.call('GET', '/access/audit-events', { headers: { authorization: alice.token } })
    const ask = asUser(root, latchkey)
    const first = (await ask('GET', `/users/${alice.userId}/audit-events?limit=3`)).json
    const rest = (await ask('GET', `/users/${alice.userId}/audit-events?before=${encodeURIComponent(first.next)}`)).json
    deepEqual([...first.events, ...rest.events], own.json.events)
    equal(rest.next, null)
    equal((await ask('GET', `/users/${root.userId}/audit-events?before=${encodeURIComponent(first.next)}`)).status, 400)
  })
})

void suite('Keys', () => {
  test('lists keys without secrets, creates and removes service keys', async () => {
    await using latchkey = await startInProcess()
    const root = await loginAsAdmin(latchkey)
    const ask = asUser(root, latchkey)
    const created = await ask('POST', '/keys', { service: 'orders' })
    equal(created.status, 201)
    const { id, key, service } = created.json
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
    equal((await ask('DELETE', `/keys/${id}`)).json.code, 'resource.not_found')
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

  test('rotates the signing key: the next key signs, and earlier tokens stay valid', async () => {
    await using latchkey = await startInProcess()
    const root = await loginAsAdmin(latchkey)
    const ask = asUser(root, latchkey)
    const before = (await ask('GET', '/keys')).json.signing
    const rotated = await ask('POST', '/keys/rotate')
    equal(rotated.json.signing, before[1].id)
    notEqual(rotated.json.next, before[1].id)
    equal((await ask('GET', '/keys')).json.signing[2].id, before[0].id)
    const minted = (await latchkey.call('POST', '/access/token', { headers: { cookie: root.session } })).json
    equal(JSON.parse(Buffer.from(minted.token.split('.')[0], 'base64url').toString()).kid, before[1].id)
  })
})
