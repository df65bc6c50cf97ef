// Responses to internal errors, and the log entries of requests.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import { type CompletedRequest, createHandler } from '../../src/http/handler.ts'
import type { HttpRequest } from '../../src/http/message.ts'
import type { Store } from '../../src/ports/store.ts'
import { createMemoryStore } from '../../src/stores/memory/memory-store.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/users.ts'
import { assertRefused } from './support.ts'

/** A store whose writes and user look-ups fail while `fault` is set. */
function failing(): Store & { fault: Error | undefined } {
  const store = createMemoryStore()
  const failed: { fault: Error | undefined } = { fault: undefined }
  const orFail = <T>(run: () => Promise<T>): Promise<T> => (failed.fault ? Promise.reject(failed.fault) : run())
  return Object.assign(failed, {
    ...store,
    log: store.log,
    probe: () => store.probe(),
    close: () => store.close(),
    findKeyRing: () => store.findKeyRing(),
    write: (changes: Parameters<Store['write']>[0]) => orFail(() => store.write(changes)),
    users: { ...store.users, findByUsernameKey: (key: string) => orFail(() => store.users.findByUsernameKey(key)) },
  })
}

for (const [fault, code] of [
  [new StoreError('disk full at /var/secret'), 'store.unavailable'],
  [new TypeError('a secret mistake'), 'server.busy'],
] as const) {
  test(`${fault.name} is answered with ${code}, without its text, with all headers, until it is over`, async () => {
    const store = failing()
    await using latchkey = await startInProcess({}, { store })
    const alice = await register(latchkey)
    store.fault = fault
    const headers = { authorization: alice.token, origin: latchkey.publicUrl }
    for (const answer of [
      await latchkey.call('POST', '/access/login', { body: ALICE, headers: { origin: latchkey.publicUrl } }),
      await latchkey.call('PATCH', '/access/session/data', { body: { a: 1 }, headers }),
      await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers }),
    ]) {
      assertRefused(answer, 503, code)
      assert.equal(answer.headers['retry-after'], '1')
      assert.equal(answer.headers['x-content-type-options'], 'nosniff')
      assert.equal(answer.headers['access-control-allow-origin'], latchkey.publicUrl)
      assert.ok(!answer.body?.includes('secret'))
    }
    store.fault = undefined
    assert.equal((await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })).status, 200)
    await login(latchkey)
  })
}

/** Collects the log entries of requests. */
function withRequestLog(latchkey: InProcess) {
  const logged: CompletedRequest[] = []
  const app = { engine: latchkey.engine, publicUrl: latchkey.publicUrl, readiness: async () => ({}), isStopping: () => false }
  const handle = createHandler(app, (completed) => logged.push(completed))
  const call = (method: string, path: string, headers: Readonly<Record<string, string>> = {}, body = '', query = '') => {
    const address = '198.51.100.7'
    const header: HttpRequest['header'] = (name) => headers[name] ?? null
    return handle({ method, path, query, header, address, peer: address, body: async () => new TextEncoder().encode(body) })
  }
  return { logged, call }
}

test('the log entry has route, outcome and user, by public ids', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const { logged, call } = withRequestLog(latchkey)
  const { headers } = await call('DELETE', '/access/sessions/some', { authorization: alice.token })
  const [entry] = logged
  assert.ok(entry && entry.milliseconds >= 0)
  assert.deepEqual(
    { ...entry, milliseconds: 0 },
    {
      requestId: headers['x-request-id'],
      method: 'DELETE',
      route: '/access/sessions/:id',
      status: 404,
      code: 'resource.not_found',
      reason: null,
      address: '198.51.100.7',
      userId: alice.userId,
      sid: alice.sid,
      milliseconds: 0,
      fault: undefined,
    },
  )
})

test('the log contains no credentials, bodies, queries or unknown paths', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey, { remember: true })
  const { logged, call } = withRequestLog(latchkey)
  const json = { 'content-type': 'application/json' }
  await call('POST', '/access/login', { ...json, cookie: alice.cookies }, JSON.stringify(ALICE), `token=${alice.token}`)
  await call('POST', '/access/login', json, JSON.stringify({ ...ALICE, password: 'wrong-secret' }))
  await call('GET', '/access/session', { authorization: alice.token })
  await call('GET', `/nowhere/${alice.token}`)
  await call('GET', '/access/session', { authorization: 'Bearer a.secret.c', origin: 'https://secret.test' })
  const text = JSON.stringify(logged)
  assert.equal(logged.length, 5)
  assert.deepEqual(
    logged.map(({ route, code, reason }) => [route, code, reason]),
    [
      ['/access/login', null, null],
      ['/access/login', 'credentials.invalid', null],
      ['/access/session', 'token.invalid', 'session_ended'],
      [null, 'resource.not_found', null],
      ['/access/session', 'token.invalid', 'malformed'],
    ],
  )
  for (const secret of [alice.token, ALICE.password, 'secret', ...Object.values(alice.jar)]) assert.ok(!text.includes(secret), secret)
})

test('the log gets the fault itself', async () => {
  const store = failing()
  await using latchkey = await startInProcess({}, { store })
  const { logged, call } = withRequestLog(latchkey)
  store.fault = new StoreError('disk full')
  await call('POST', '/access/login', { 'content-type': 'application/json' }, JSON.stringify(ALICE))
  assert.deepEqual([logged[0]?.status, logged[0]?.code, logged[0]?.fault], [503, 'store.unavailable', store.fault])
})
