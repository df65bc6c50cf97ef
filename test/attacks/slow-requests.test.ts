// An authorized request whose body arrives after its session was revoked: it changes nothing and returns no data.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError } from '../../src/domain/errors.ts'
import { recordAuditEvent } from '../../src/engine/audit-events.ts'
import { authenticate } from '../../src/engine/authenticate.ts'
import type { Route } from '../../src/http/route.ts'
import { routes } from '../../src/http/routes/index.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, login, loginAsAdmin, register, type SignedInUser } from '../support/users.ts'

const GRACE = { username: 'Grace', password: 'seven-grey-herons-at-dusk' }

/** A request whose headers have arrived, but not its body. */
interface SlowRequest {
  readonly reading: Promise<void>
  /** Sends the body, and waits for the response. */
  finish(): Promise<{ readonly status: number; readonly code: string; readonly reason: string; readonly cookies: readonly string[] }>
}

function begin(latchkey: InProcess, method: string, path: string, type: string, authorization: string, body: unknown): SlowRequest {
  const reading = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  const headers: Readonly<Record<string, string>> = { authorization, 'content-type': type }
  const response = latchkey.handle({
    method,
    path,
    query: '',
    header: (name) => headers[name] ?? null,
    address: '192.0.2.1',
    peer: '192.0.2.1',
    body: async () => {
      reading.resolve()
      await arrived.promise
      return new TextEncoder().encode(JSON.stringify(body))
    },
  })
  return {
    reading: reading.promise,
    async finish() {
      arrived.resolve()
      const { status, body: text, cookies } = await response
      return { status, cookies, code: '', reason: '', ...JSON.parse(String(text ?? '{}')) }
    },
  }
}

const BODIES: Readonly<Record<string, unknown>> = {
  'PATCH /access/session/data': { late: true },
  'PUT /access/client-data': { data: { late: true } },
  'POST /access/audit-events': { action: 'order.late' },
  'POST /access/password': { current: ALICE.password, next: 'seven-grey-herons-at-dusk' },
  'DELETE /access/account': { password: ALICE.password },
  'POST /access/admin/users': { username: 'Late', password: 'seven-grey-herons-at-dusk', roles: ['admin'] },
  'PATCH /access/admin/users/:userId': { disabled: true },
  'POST /access/admin/keys': { service: 'late' },
}

const slow: readonly Route[] = routes.filter(({ body, auth }) => body !== undefined && auth === 'header-only')

const REVOCATIONS: readonly (readonly [string, (latchkey: InProcess, alice: SignedInUser) => Promise<unknown>])[] = [
  ['logged out', (latchkey, { userId, token }) => latchkey.call('POST', `/access/logout/${userId}`, { headers: { authorization: token } })],
  [
    'revoked from elsewhere',
    async (latchkey, { sid }) => {
      const { token } = await login(latchkey)
      await latchkey.call('DELETE', `/access/sessions/${sid}`, { headers: { authorization: token } })
    },
  ],
]

test('every authenticated route with a body is tested here', () => {
  assert.deepEqual(slow.map(({ method, path }) => `${method} ${path}`).sort(), Object.keys(BODIES).sort())
})

for (const { method, path, body: shape, role } of slow) {
  for (const [how, end] of REVOCATIONS) {
    test(`${method} ${path} authorized before its session was ${how} is refused and changes nothing`, async () => {
      await using latchkey = await startInProcess()
      const other = await register(latchkey, GRACE)
      const alice = role === undefined ? await register(latchkey) : await loginAsAdmin(latchkey, ALICE)
      const state = async () => [await latchkey.engine.store.users.page(null, 9), latchkey.engine.keys.services()]
      const before = await state()
      const target = path.replace(':userId', other.userId)
      const request = begin(latchkey, method, target, shape?.type ?? '', alice.token, BODIES[`${method} ${path}`])
      await request.reading
      await end(latchkey, alice)
      const { status, code, reason, cookies } = await request.finish()
      assert.deepEqual([status, code, reason], [401, 'token.invalid', 'session_ended'])
      assert.deepEqual(cookies, [])
      assert.deepEqual(await state(), before)
      const again = await login(latchkey)
      const { json } = await latchkey.call('GET', '/access/audit-events', { headers: { authorization: again.token } })
      assert.ok(json.events.every(({ action }: { action: string }) => action !== 'order.late' && action !== 'password.change'))
    })
  }
}

test('an audit event is recorded only while its session is valid in the store', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const principal = await authenticate(latchkey.engine, { kind: 'token', raw: alice.token }, false)
  assert.ok(!(principal instanceof AuthError))
  await latchkey.call('DELETE', '/access/account', { headers: { authorization: alice.token }, body: { password: ALICE.password } })
  const recorded = await recordAuditEvent(latchkey.engine, principal, 'order.late', {}, { ip: '', userAgent: '' })
  assert.ok(recorded instanceof AuthError)
  assert.equal(recorded.code, 'session.required')
  assert.deepEqual(await latchkey.engine.store.auditEvents.list(alice.userId, null, 10), [])
})
