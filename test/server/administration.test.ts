// Admin actions on a server with two workers, on every store: they take effect in every worker and are audited completely.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import type { Store } from '../../src/ports/store.ts'
import { BACKEND_NAMES, type Backend, startBackend } from '../support/backends.ts'
import { type RunningServer, runCommand, startServer } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

const NEXT = 'seven-grey-herons-at-dusk'

for (const name of BACKEND_NAMES) {
  void suite(`Admin actions, on ${name}`, () => {
    let backend: Backend
    let server: RunningServer
    let store: Store

    before(async () => {
      backend = await startBackend(name)
      server = await startServer({ folder: backend.folder, env: backend.env, args: ['--workers', '2'] })
      store = await backend.open()
    })
    after(async () => {
      await store.close()
      await server[Symbol.asyncDispose]()
      await backend[Symbol.asyncDispose]()
    })

    async function administrator(username: string): Promise<TestClient> {
      const { code, stderr } = await runCommand(['user', 'add', username, '--role', 'admin'], {
        folder: backend.folder,
        env: backend.env,
        input: `${PASSWORD}\n`,
      })
      equal(code, 0, stderr)
      const client = new TestClient(server.url)
      await client.login(username)
      return client
    }
    async function registered(username: string): Promise<TestClient> {
      const client = new TestClient(server.url)
      await client.register(username, { remember: true })
      return client
    }
    /** Checks every worker, by new connections. */
    async function untilEverywhere(client: TestClient, status: number): Promise<void> {
      await waitFor(`${status} everywhere`, async () => {
        for (let round = 0; round < 8; round += 1)
          if ((await client.callWithToken('GET', '/access/session')).status !== status) return false
        return true
      })
    }
    const change = (administrator: TestClient, userId: string, body: unknown) =>
      administrator.callWithToken('PATCH', `/access/admin/users/${userId}`, { body, headers: { 'content-type': 'application/json' } })
    const actionsOf = async (userId: string) => (await store.auditEvents.list(userId, null, 20)).map(({ action }) => action)

    test('disabling a user revokes all credentials on every worker; enabled with a new password, the user can sign in', async () => {
      const [root, ada] = [await administrator(`root-${name}`), await registered(`ada-${name}`)]
      await untilEverywhere(ada, 200)
      const locked = await change(root, ada.userId, { disabled: true })
      deepEqual([locked.status, locked.json.user.disabled, locked.json.ended], [200, true, { sessions: 1, rememberMe: 1 }])
      await untilEverywhere(ada, 401)
      equal((await ada.callWithCookies('POST', '/access/token')).json.reason, 'revoked')
      equal((await change(root, ada.userId, { disabled: false })).status, 200)
      equal((await change(root, ada.userId, { password: NEXT })).status, 200)
      await ada.login(ada.username, { password: NEXT })
      equal((await root.callWithToken('DELETE', `/access/admin/sessions/${ada.sid}`)).json.ended.sessions, 1)
      await untilEverywhere(ada, 401)
      deepEqual((await actionsOf(ada.userId)).slice(0, 5), [
        'session.revoke',
        'login.password',
        'password.change',
        'account.enable',
        'account.disable',
      ])
      equal((await root.callWithToken('DELETE', `/access/admin/users/${ada.userId}`)).status, 200)
      deepEqual(await actionsOf(ada.userId), [])
      deepEqual((await actionsOf(root.userId)).slice(0, 5), [
        'admin.account.delete',
        'admin.session.revoke',
        'admin.password.change',
        'admin.account.enable',
        'admin.account.disable',
      ])
    })

    test('an admin who loses the role is refused on every worker', async () => {
      const [root, other] = [await administrator(`root2-${name}`), await administrator(`other-${name}`)]
      equal((await other.callWithToken('GET', '/access/admin/users?limit=1')).status, 200)
      equal((await change(root, other.userId, { roles: ['editor'] })).status, 200)
      await untilEverywhere(other, 401)
      await other.refreshToken()
      for (let round = 0; round < 8; round += 1)
        equal((await other.callWithToken('GET', '/access/admin/users?limit=1')).json.code, 'role.required')
    })

    test('of two admins who disable each other concurrently, one succeeds', async () => {
      const [one, two] = [await administrator(`one-${name}`), await administrator(`two-${name}`)]
      const [byOne, byTwo] = await Promise.all([change(one, two.userId, { disabled: true }), change(two, one.userId, { disabled: true })])
      // Over Redis, the disabled admin may be found disabled before their session is revoked.
      const [done, refused = 0] = [byOne.status, byTwo.status].toSorted()
      ok(done === 200 && [401, 403].includes(refused), `${done}, ${refused}`)
      const locked = await Promise.all([one, two].map(async ({ userId }) => (await store.users.find(userId))?.disabled))
      deepEqual(locked.toSorted(), [false, true])
    })

    test('a request of an admin who signs out meanwhile writes completely or not at all', async () => {
      const [root, ada] = [await administrator(`gone-${name}`), await registered(`kept-${name}`)]
      const before = await store.users.find(ada.userId)
      // The password is hashed between the authorization and the write.
      const requests = Array.from({ length: 4 }, (_, index) =>
        root.callWithToken('POST', '/access/admin/users', {
          body: { username: `late-${name}-${index}`, password: NEXT, roles: ['admin'] },
        }),
      )
      const out = await root.callWithToken('POST', `/access/logout/${root.userId}`)
      equal(out.status, 200)
      for (const [index, { status }] of (await Promise.all(requests)).entries()) {
        const found = await store.users.findByUsernameKey(`late-${name.toLowerCase()}-${index}`)
        ok(status === 201 ? found !== undefined : status === 401 && found === undefined, `${status}`)
      }
      equal((await change(root, ada.userId, { disabled: true })).status, 401)
      deepEqual(await store.users.find(ada.userId), before)
    })
  })
}
