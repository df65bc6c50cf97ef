// Changes right before the writes of admin actions: sign-ins, and admins who have lost their access.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { suite, test } from 'node:test'
import { AuthError, type ErrorCode } from '../../src/domain/errors.ts'
import type { Actor } from '../../src/engine/audited-write.ts'
import { addServiceKey, removeServiceKey, rotateSigningKey } from '../../src/engine/key-management.ts'
import { revoke } from '../../src/engine/revoke.ts'
import { addUser, deleteUser, setDisabled, setPassword, setRoles } from '../../src/engine/users.ts'
import type { Change, Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { login, loginAsAdmin, register, type SignedInUser } from '../support/users.ts'
import { asUser, auditEventsOf, NEW } from './admin-support.ts'

/** A memory store that runs a callback right before a matching write. */
function interrupted(matches: (changes: readonly Change[]) => boolean) {
  const store = createMemoryStore()
  let before: (() => Promise<unknown>) | undefined
  const wrapped: Store = {
    ...store,
    log: store.log,
    probe: () => store.probe(),
    close: () => store.close(),
    findKeyRing: () => store.findKeyRing(),
    async write(changes) {
      const interrupt = matches(changes) ? before : undefined
      if (interrupt) before = undefined
      await interrupt?.()
      return store.write(changes)
    },
  }
  return {
    store: wrapped,
    once: (interrupt: () => Promise<unknown>) => {
      before = interrupt
    },
  }
}

const changesRoles = (changes: readonly Change[]) =>
  changes.some((change) => change.do === 'append audit event' && change.event.action === 'account.roles')

test('a sign-in concurrent with a change of roles gets the new roles', async () => {
  const { store, once } = interrupted(changesRoles)
  await using latchkey = await startInProcess({}, { store })
  const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey)]
  const ask = asUser(root, latchkey)
  await ask('PATCH', `/users/${alice.userId}`, { roles: ['admin'] })
  let late: SignedInUser | undefined
  once(async () => {
    late = await login(latchkey)
  })
  equal((await ask('PATCH', `/users/${alice.userId}`, { roles: [] })).status, 200)
  ok(late)
  deepEqual(
    (await store.credentials.listByUser(alice.userId)).map((record) => record.kind === 'session' && record.roles),
    [[], []],
  )
  equal((await asUser(late, latchkey)('GET', '/users')).json.code, 'token.invalid')
  const renewed = await latchkey.call('POST', '/access/token', { headers: { cookie: late.session } })
  deepEqual(renewed.json.user.roles, [])
})

test('an admin who is signed out, demoted, disabled or deleted right before the write changes nothing', async () => {
  const interrupts: readonly (readonly [(latchkey: InProcess, root: SignedInUser) => Promise<unknown>, ErrorCode])[] = [
    [({ call }, { userId, token }) => call('POST', `/access/logout/${userId}`, { headers: { authorization: token } }), 'session.required'],
    [({ engine }, { userId }) => setRoles(engine, 'operator', userId, ['editor']), 'role.required'],
    [({ engine }, { userId }) => setDisabled(engine, 'operator', userId, true), 'session.required'],
    [({ engine }, { userId }) => deleteUser(engine, 'operator', userId), 'session.required'],
  ]
  for (const [interrupt, code] of interrupts) {
    const { store, once } = interrupted(changesRoles)
    await using latchkey = await startInProcess({}, { store })
    const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey)]
    const before = [await store.users.find(alice.userId), await auditEventsOf(latchkey, alice.userId)]
    once(() => interrupt(latchkey, root))
    equal((await asUser(root, latchkey)('PATCH', `/users/${alice.userId}`, { roles: ['admin'] })).json.code, code)
    deepEqual([await store.users.find(alice.userId), await auditEventsOf(latchkey, alice.userId)], before)
  }
})

test('an admin action succeeds when the record of the admin changes irrelevantly meanwhile', async () => {
  const { store, once } = interrupted(changesRoles)
  await using latchkey = await startInProcess({}, { store })
  const [root, alice] = [await loginAsAdmin(latchkey), await register(latchkey)]
  once(() => setRoles(latchkey.engine, 'operator', root.userId, ['admin', 'editor']))
  const changed = await asUser(root, latchkey)('PATCH', `/users/${alice.userId}`, { roles: ['editor'] })
  deepEqual([changed.status, changed.json.user?.roles], [200, ['editor']])
  deepEqual((await store.users.find(root.userId))?.roles, ['admin', 'editor'])
})

void suite('An admin who loses access during a request', () => {
  /** A request that was authorized a moment ago. */
  async function authorizedAdmin(latchkey: InProcess) {
    const root = await loginAsAdmin(latchkey)
    const principal = { userId: root.userId, roles: ['admin'], sid: root.sid, amr: ['pwd'], authTime: latchkey.clock.now() }
    return { root, actor: { principal, clientInfo: { ip: '192.0.2.1', userAgent: 'curl' } } }
  }

  async function assertChangesNothing(latchkey: InProcess, actor: Actor, code: ErrorCode) {
    const { engine } = latchkey
    const alice = await register(latchkey)
    const service = await addServiceKey(engine, 'operator', 'orders')
    ok(!(service instanceof AuthError))
    const state = async () => [
      await engine.store.users.page(null, 10),
      await engine.keys.read(),
      await auditEventsOf(latchkey, alice.userId),
    ]
    const before = await state()
    for (const refused of [
      await addUser(engine, actor, { ...NEW, email: null, roles: ['admin'] }),
      await setRoles(engine, actor, alice.userId, ['admin']),
      await setDisabled(engine, actor, alice.userId, true),
      await setPassword(engine, actor, alice.userId, NEW.password),
      await deleteUser(engine, actor, alice.userId),
      await revoke(engine, actor, { user: alice.userId }),
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

  test('changes nothing after signing out', async () => {
    await using latchkey = await startInProcess()
    const { root, actor } = await authorizedAdmin(latchkey)
    await latchkey.call('POST', `/access/logout/${root.userId}`, { headers: { authorization: root.token } })
    await assertChangesNothing(latchkey, actor, 'session.required')
  })

  test('changes nothing after the role was removed', async () => {
    await using latchkey = await startInProcess()
    const { root, actor } = await authorizedAdmin(latchkey)
    await setRoles(latchkey.engine, 'operator', root.userId, ['editor'])
    await assertChangesNothing(latchkey, actor, 'role.required')
  })

  test('changes nothing after being deleted', async () => {
    await using latchkey = await startInProcess()
    const { root, actor } = await authorizedAdmin(latchkey)
    await deleteUser(latchkey.engine, 'operator', root.userId)
    await assertChangesNothing(latchkey, actor, 'session.required')
  })
})
