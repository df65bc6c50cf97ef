// The audit events of admin actions, in the log of the user and of the admin.

import { deepEqual, ok } from 'node:assert/strict'
import { suite, test } from 'node:test'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, login, loginAsAdmin, register } from '../support/users.ts'
import { asUser, auditEventsOf, NEW } from './admin-support.ts'

void suite('The audit log', () => {
  test('shows the user what was done, and the admin the target and the client info', async () => {
    await using latchkey = await startInProcess()
    const root = await loginAsAdmin(latchkey)
    const ask = asUser(root, latchkey)
    const { id: userId } = (await ask('POST', '/users', { ...NEW, roles: ['editor'] })).json.user
    await ask('PATCH', `/users/${userId}`, { roles: [] })
    await ask('PATCH', `/users/${userId}`, { disabled: true })
    await ask('PATCH', `/users/${userId}`, { disabled: false })
    await ask('PATCH', `/users/${userId}`, { password: ALICE.password })
    const begun = await login(latchkey, { username: NEW.username })
    await login(latchkey, { username: NEW.username })
    await ask('DELETE', `/sessions/${begun.sid}`)
    await ask('DELETE', `/users/${userId}/sessions`)
    const eventsOf = (userId: string) => auditEventsOf(latchkey, userId)
    const by = { by: 'admin' }
    const users = await eventsOf(userId)
    deepEqual(
      users.map(({ action, detail }) => [action, detail]),
      [
        ['session.revoke', by],
        ['session.revoke', { id: begun.sid, ...by }],
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
    await ask('DELETE', `/users/${userId}`)
    const own = (await eventsOf(root.userId)).filter(({ action }) => action.startsWith('admin.'))
    deepEqual(
      own.map(({ action, detail }) => [action, detail]),
      [
        ['admin.account.delete', { user: userId, username: NEW.username }],
        ['admin.key.rotate', {}],
        ['admin.key.remove', { id, service: 'orders' }],
        ['admin.key.create', { id, service: 'orders' }],
        ['admin.session.revoke', { user: userId }],
        ['admin.session.revoke', { id: begun.sid, user: userId }],
        ['admin.password.change', { user: userId }],
        ['admin.account.enable', { user: userId }],
        ['admin.account.disable', { user: userId }],
        ['admin.account.roles', { roles: [], user: userId }],
        ['admin.account.register', { roles: ['editor'], user: userId }],
      ],
    )
    ok(own.every(({ ip, sessionId }) => ip === '192.0.2.1' && sessionId === root.sid))
  })

  test('records no refused action', async () => {
    await using latchkey = await startInProcess()
    const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey)]
    const before = [await auditEventsOf(latchkey, root.userId), await auditEventsOf(latchkey, alice.userId)]
    const ask = asUser(root, latchkey)
    await ask('POST', '/users', ALICE)
    await ask('PATCH', `/users/${alice.userId}`, { password: 'short' })
    await ask('DELETE', `/users/${root.userId}`)
    await ask('DELETE', '/sessions/unknown')
    await ask('DELETE', '/keys/unknown')
    deepEqual([await auditEventsOf(latchkey, root.userId), await auditEventsOf(latchkey, alice.userId)], before)
  })
})
