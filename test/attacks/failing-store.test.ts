// A failing database: responses fail closed, and nothing is reported as revoked that is not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

interface Breakable extends Store {
  broken: 'nothing' | 'writes' | 'everything'
}

function breakable(): Breakable {
  const store = createMemoryStore()
  const guard =
    <A extends unknown[], R>(isWrite: boolean, run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (breakableStore.broken === 'everything' || (isWrite && breakableStore.broken === 'writes'))
        throw new StoreError('The database is down.')
      return run(...args)
    }
  const breakableStore: Breakable = {
    ...store,
    broken: 'nothing',
    credentials: {
      ...store.credentials,
      find: guard(false, store.credentials.find),
      listByUser: guard(false, store.credentials.listByUser),
    },
    users: { ...store.users, find: guard(false, store.users.find), findByUsernameKey: guard(false, store.users.findByUsernameKey) },
    limits: { ...store.limits, take: guard(true, store.limits.take) },
    write: guard(true, store.write),
    probe: guard(false, store.probe),
  }
  return breakableStore
}

function assertUnavailable(answer: InProcessResponse, what: string): void {
  assert.deepEqual([answer.status, answer.json.code], [503, 'store.unavailable'], what)
  assert.equal(answer.headers['retry-after'], '1', what)
  assert.deepEqual(answer.cookies, [], what)
  assert.doesNotMatch(answer.body ?? '', /at .*\.ts|StoreError/, what)
}

for (const broken of ['writes', 'everything'] as const) {
  test(`when ${broken} fail, a logout is an error, never a success; afterwards it works`, async () => {
    const store = breakable()
    await using latchkey = await startInProcess({ clearSiteData: 'on' }, { store })
    const alice = await register(latchkey, { remember: true })
    const headers = { authorization: alice.token }
    store.broken = broken
    for (const path of [`/access/logout/${alice.userId}`, `/access/logout/${alice.userId}?everywhere=true`]) {
      const answer = await latchkey.call('POST', path, { headers })
      assertUnavailable(answer, path)
      assert.equal(answer.headers['clear-site-data'], undefined)
    }
    assertUnavailable(await latchkey.call('DELETE', `/access/sessions/${alice.sid}`, { headers }), 'revoke one')
    assertUnavailable(await latchkey.call('POST', '/access/login', { body: ALICE }), 'login')
    assertUnavailable(await latchkey.call('POST', '/access/register', { body: { ...ALICE, username: 'grace' } }), 'register')
    assertUnavailable(await latchkey.call('POST', '/access/token', { headers: { cookie: alice.remembered } }), 'resume')
    assertUnavailable(await latchkey.call('PATCH', '/access/session/data', { headers, body: { a: 1 } }), 'patch')
    assertUnavailable(await latchkey.call('POST', '/access/audit-events', { headers, body: { action: 'order.placed' } }), 'event')
    store.broken = 'nothing'
    assert.equal((await latchkey.call('GET', '/access/session', { headers })).status, 200, 'nothing was revoked')
    assert.deepEqual((await latchkey.call('GET', '/access/session/data', { headers })).json, { data: {}, version: 1 })
    const answer = await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers })
    assert.deepEqual(answer.json, { ended: { sessions: 1, rememberMe: 1 } })
  })
}

test('cached credentials are still accepted, all others get 503', async () => {
  const store = breakable()
  const secret = 'a-secret-that-two-servers-share-0123'
  const first = await startInProcess({ secret }, { store })
  const alice = await register(first)
  await using second = await startInProcess({ secret }, { store })
  store.broken = 'everything'
  assert.equal((await first.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
  assertUnavailable(await second.call('GET', '/access/session', { headers: { cookie: alice.session } }), 'cold')
  const ready = await second.call('GET', '/readyz')
  assert.deepEqual([ready.status, ready.json.status, ready.json.parts.store], [503, 'failing', 'The database is down.'])
  await first.engine.stop()
})

test('an internal error is 503 server.busy, without details', async () => {
  const store = createMemoryStore()
  await using latchkey = await startInProcess(
    {},
    { store: { ...store, users: { ...store.users, findByUsernameKey: () => Promise.reject(new Error('secret detail')) } } },
  )
  const answer = await latchkey.call('POST', '/access/login', { body: ALICE })
  assert.deepEqual([answer.status, answer.json.code], [503, 'server.busy'])
  assert.doesNotMatch(answer.body ?? '', /secret detail/)
})
