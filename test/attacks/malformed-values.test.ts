// Malformed values from signed-in clients: refused with the field's name, stored unchanged, or harmless; never echoed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type InProcessResponse, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

const MARK = 'zq7-echo-zq7'

function assertRefused(answer: InProcessResponse, status: number, code: string, what: string): void {
  assert.deepEqual([answer.status, answer.json.code], [status, code], what)
  assert.equal(answer.headers['content-type'], 'application/problem+json', what)
  assert.ok(answer.headers['x-request-id'], what)
  assert.doesNotMatch(JSON.stringify([answer.headers, answer.cookies, answer.body]), new RegExp(`${MARK}|\\.ts:|node_modules`), what)
}

test('an audit event accepts any text in its detail, and invalid values are refused by field', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { authorization: alice.token }
  const record = (body: unknown) => latchkey.call('POST', '/access/audit-events', { headers, body })
  const detail = { 'nul\u0000': 'a\u0000b\r\n', constructor: { prototype: 1 }, '': '<script>', emoji: '🗝️', deep: [[[{}]]] }
  assert.deepEqual((await record({ action: 'order.placed', detail })).json.detail, detail)
  const refused: readonly (readonly [unknown, string])[] = [
    [{ action: 'order.placed', detail: [MARK] }, 'detail'],
    [{ action: 'order.placed', detail: MARK }, 'detail'],
    [{ action: 'order.placed', detail: null }, 'detail'],
    [{ action: 'order.placed', detail: { large: MARK.repeat(400) } }, 'detail'],
    [{ action: 'order.placed', [MARK]: 1 }, MARK],
    [{ action: 'order.placed', 'not a name': 1 }, 'body'],
    [{ detail: {} }, 'action'],
    ...[
      'login.password',
      'session.revoke',
      'order',
      'Order.placed',
      'order.placed\n',
      ' order.placed',
      'order..placed',
      `order.${'x'.repeat(200)}`,
    ].map((action) => [{ action }, 'action'] as const),
  ]
  for (const [body, field] of refused) {
    const answer = await record(body)
    assert.equal(answer.json.field, field, JSON.stringify(body).slice(0, 60))
    // The name of an unknown field is repeated where it is harmless, since the caller must fix it.
    if (field !== MARK) assertRefused(answer, 422, 'request.invalid', JSON.stringify(body).slice(0, 60))
  }
  assertRefused(await record('{"action":"order.placed","detail":{"a":"\\udc00"}}'), 400, 'request.malformed', 'a lone surrogate')
  assertRefused(await record('{"action":"order.placed","detail":{"\\ud800":1}}'), 400, 'request.malformed', 'a lone surrogate in a name')
  assertRefused(await record('{"action":"order.placed","detail":{"a":[{"__proto__":{"b":1}}]}}'), 422, 'request.invalid', '__proto__')
  const { json } = await latchkey.call('GET', '/access/audit-events', { headers })
  assert.equal(json.events.length, 2, 'the registration, and the accepted event')
})

test('unknown fields are refused on every path with a body', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { authorization: alice.token }
  const bodies: readonly (readonly [string, string, object])[] = [
    ['POST', '/access/register', { ...ALICE, username: 'grace' }],
    ['POST', '/access/login', ALICE],
    ['POST', '/access/password', { current: ALICE.password, next: 'nine-copper-kettles-by-the-sea' }],
    ['DELETE', '/access/account', { password: ALICE.password }],
    ['PUT', '/access/client-data', { data: {} }],
    ['POST', '/access/audit-events', { action: 'order.placed' }],
  ]
  for (const [method, path, body] of bodies) {
    for (const extra of ['roles', 'userId', 'constructor', 'prototype', 'toString']) {
      const answer = await latchkey.call(method, path, { headers, body: { ...body, [extra]: ['admin'] } })
      assertRefused(answer, 422, 'request.invalid', `${path} ${extra}`)
      assert.equal(answer.json.field, extra, path)
    }
  }
  assert.equal((await latchkey.call('GET', '/access/session', { headers })).json.user.roles.length, 0)
})

test('refused values are not repeated, wherever they were sent', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { authorization: alice.token }
  const answers: readonly (readonly [InProcessResponse, number, string])[] = [
    [await latchkey.call('GET', `/access/${MARK}`), 404, 'resource.not_found'],
    [await latchkey.call(MARK, '/access/session'), 405, 'method.not_allowed'],
    [await latchkey.call('GET', '/access/session', { headers: { authorization: MARK } }), 401, 'token.invalid'],
    [await latchkey.call('GET', '/access/session', { headers: { authorization: `Basic ${MARK}` } }), 401, 'session.required'],
    [await latchkey.call('GET', '/access/session', { headers: { authorization: `Other ${MARK}` } }), 401, 'token.invalid'],
    [await latchkey.call('GET', '/access/session', { headers: { cookie: `latchkey_session=${MARK}` } }), 401, 'session.required'],
    [await latchkey.call('POST', '/access/login', { headers: { origin: `https://${MARK}` }, body: ALICE }), 403, 'origin.denied'],
    [await latchkey.call('POST', '/access/login', { body: ALICE, type: `text/${MARK}` }), 415, 'request.unsupported_type'],
    [await latchkey.call('POST', '/access/login', { body: { username: MARK, password: MARK } }), 401, 'credentials.invalid'],
    [await latchkey.call('POST', '/access/register', { body: { username: `${MARK}<`, password: MARK } }), 422, 'username.invalid'],
    [await latchkey.call('POST', '/access/register', { body: { ...ALICE, email: MARK } }), 422, 'request.invalid'],
    [await latchkey.call('GET', `/access/audit-events?before=${MARK}`, { headers }), 400, 'request.malformed'],
    [await latchkey.call('GET', `/access/audit-events?limit=${MARK}`, { headers }), 422, 'request.invalid'],
    [await latchkey.call('POST', `/access/logout/${MARK}`, { headers }), 403, 'user.mismatch'],
    [await latchkey.call('DELETE', `/access/sessions/${MARK}`, { headers }), 404, 'resource.not_found'],
    [await latchkey.call('PATCH', '/access/session/data', { headers: { ...headers, 'if-match': MARK }, body: {} }), 412, 'data.conflict'],
  ]
  for (const [answer, status, code] of answers) assertRefused(answer, status, code, code)
})

test('compressed bodies are refused, with every spelling of the encoding', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const login = (encoding: string) => latchkey.call('POST', '/access/login', { headers: { 'content-encoding': encoding }, body: ALICE })
  for (const encoding of ['gzip', 'br', 'zstd', 'deflate', 'identity, gzip', 'gzip, identity', 'x-unknown', 'GZIP', MARK]) {
    assertRefused(await login(encoding), 415, 'request.unsupported_type', encoding)
  }
  for (const encoding of ['identity', 'Identity']) assert.equal((await login(encoding)).status, 200)
})
