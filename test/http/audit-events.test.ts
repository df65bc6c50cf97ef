// The user's audit log: which events it contains, how it is paged, and what applications may add.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditEventResponse, auditEventsResponse } from '../../src/http/contract.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/users.ts'
import { assertRefused } from './support.ts'

const PATH = '/access/audit-events'

async function read(latchkey: InProcess, token: string, query = '') {
  const { status, json } = await latchkey.call('GET', `${PATH}${query}`, { headers: { authorization: token } })
  assert.equal(status, 200)
  assert.deepEqual(auditEventsResponse.strict().parse(json), json)
  return auditEventsResponse.parse(json)
}

function record(latchkey: InProcess, token: string, body: unknown) {
  return latchkey.call('POST', PATH, { headers: { authorization: token, 'user-agent': 'Browser/1' }, body, address: '198.51.100.7' })
}

test('an application’s event is recorded with session, time and client info, and returned as it is listed', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.clock.advance(5_000)
  const answer = await record(latchkey, alice.token, { action: 'order.placed', detail: { id: 7, items: ['a'] } })
  assert.equal(answer.status, 201)
  assert.deepEqual(auditEventResponse.strict().parse(answer.json), answer.json)
  const { id, userAgent, ...rest } = answer.json
  assert.match(id, /^[\w-]{22}$/)
  assert.equal(typeof userAgent, 'string')
  assert.deepEqual(rest, {
    at: '2026-05-03T12:00:05.000Z',
    action: 'order.placed',
    outcome: 'success',
    severity: 'info',
    sessionId: alice.sid,
    ip: '198.51.100.7',
    detail: { id: 7, items: ['a'] },
  })
  assert.deepEqual((await read(latchkey, alice.token)).events[0], answer.json)
})

test('lists the user’s audit events newest first, without passwords', async () => {
  await using latchkey = await startInProcess()
  const first = await register(latchkey, { remember: true })
  await latchkey.call('POST', '/access/login', { body: { ...ALICE, password: 'not-this-one-at-all' } })
  await latchkey.call('POST', '/access/token', { headers: { cookie: first.remembered } })
  const { token } = await login(latchkey)
  await latchkey.call('DELETE', '/access/sessions?except=current', { headers: { authorization: token } })
  const { events, next } = await read(latchkey, token)
  assert.deepEqual(
    events.map(({ action, outcome }) => `${action} ${outcome}`),
    ['session.revoke success', 'login.password success', 'login.remember_me success', 'login.password failure', 'account.register success'],
  )
  assert.equal(next, null)
  assert.ok(!JSON.stringify(events).includes('not-this-one') && !JSON.stringify(events).includes(ALICE.password))
})

test('pages have no gap and no repeat while events are added', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  for (let at = 1; at <= 6; at += 1) await record(latchkey, token, { action: 'step.done', detail: { at } })
  const seen: unknown[] = []
  let query = '?limit=3'
  for (;;) {
    const page = await read(latchkey, token, query)
    assert.ok(page.events.length <= 3)
    seen.push(...page.events.map(({ detail }) => detail.at ?? 'registered'))
    await record(latchkey, token, { action: 'step.between' })
    if (page.next === null) break
    query = `?limit=3&before=${encodeURIComponent(page.next)}`
  }
  assert.deepEqual(seen, [6, 5, 4, 3, 2, 1, 'registered'])
})

test('a page has 50 events by default, and at most 200', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  await Promise.all(Array.from({ length: 60 }, () => record(latchkey, token, { action: 'a.b' })))
  assert.equal((await read(latchkey, token)).events.length, 50)
  assert.equal((await read(latchkey, token, '?limit=200')).events.length, 61)
  assert.equal((await read(latchkey, token, '?limit=1')).events.length, 1)
  for (const limit of ['0', '201', '-1', '1.5', 'x', '', 'NaN', '1e9'])
    assertRefused(await latchkey.call('GET', `${PATH}?limit=${limit}`, { headers: { authorization: token } }), 422, 'request.invalid', {
      field: 'limit',
    })
})

test('a cursor is valid for its user only, and a forged one is refused', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const bob = await register(latchkey, { username: 'Bob' })
  await record(latchkey, alice.token, { action: 'a.b' })
  const { next } = await read(latchkey, alice.token, '?limit=1')
  assert.ok(next)
  const ask = (token: string, before: string) =>
    latchkey.call('GET', `${PATH}?before=${encodeURIComponent(before)}`, { headers: { authorization: token } })
  assert.equal((await ask(alice.token, next)).status, 200)
  assertRefused(await ask(bob.token, next), 400, 'request.malformed', { field: 'before' })
  for (const forged of ['1', 'x', `_${next.slice(1)}`, "' OR 1=1"])
    assertRefused(await ask(alice.token, forged), 400, 'request.malformed', { field: 'before' })
  assertRefused(await ask(alice.token, ''), 422, 'request.invalid', { field: 'before' })
})

test('users see only their own audit log', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const bob = await register(latchkey, { username: 'Bob' })
  await record(latchkey, alice.token, { action: 'secret.event' })
  assert.deepEqual(
    (await read(latchkey, bob.token)).events.map(({ action }) => action),
    ['account.register'],
  )
})

test('an action must be well-formed and have no reserved prefix', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  const refuse = async (body: unknown, field: string) =>
    assertRefused(await record(latchkey, token, body), 422, 'request.invalid', { field })
  for (const action of [
    '',
    'order',
    'Order.placed',
    'order.',
    '.placed',
    'order..placed',
    'order.placed ',
    'order.pla-ced',
    'order.p1',
    'a.b\n',
  ])
    await refuse({ action }, 'action')
  for (const action of ['login.password', 'session.revoke', 'account.delete', 'password.change', 'admin.event', 'latchkey.x', 'token.x'])
    await refuse({ action }, 'action')
  await refuse({ action: `a.${'b'.repeat(127)}` }, 'action')
  for (const action of ['a.b', 'order.item.was_added', 'loginx.y', 'sessions.a'])
    assert.equal((await record(latchkey, token, { action })).status, 201, action)
  await refuse({}, 'action')
  await refuse({ action: 7 }, 'action')
  for (const detail of [[], 'text', null, 7]) await refuse({ action: 'a.b', detail }, 'detail')
  await refuse({ action: 'a.b', outcome: 'alarm' }, 'outcome')
})

test('accepts 4 KiB of detail and refuses one byte more', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  const room = 4 * 1024 - '{"a":""}'.length
  assert.equal((await record(latchkey, token, { action: 'a.b', detail: { a: 'x'.repeat(room) } })).status, 201)
  const over = await record(latchkey, token, { action: 'a.b', detail: { a: 'x'.repeat(room + 1) } })
  assertRefused(over, 422, 'request.invalid', { field: 'detail' })
})
