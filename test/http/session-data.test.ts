// The current session, its data under merge patches, and the client's own sealed data.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientDataResponse, currentSessionResponse, sessionDataResponse } from '../../src/http/contract.ts'
import { startInProcess } from '../support/in-process.ts'
import { login, register } from '../support/users.ts'
import { assertRefused, codeOrStatus } from './support.ts'

const DATA = '/access/session/data'
const CLIENT_DATA = '/access/client-data'

test('the current session has user, session and transport, and reading it touches the session', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.clock.advance(61_000)
  const { status, json } = await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })
  assert.equal(status, 200)
  assert.deepEqual(currentSessionResponse.strict().parse(json), json)
  assert.deepEqual(json.user, { id: alice.userId, username: 'Alice', roles: [] })
  assert.equal(json.session.id, alice.sid)
  assert.equal(json.session.lastSeenAt, '2026-05-03T12:01:01.000Z')
  assert.equal(json.via, 'cookie')
})

test('a new session has no data, at a version that only data changes', async () => {
  await using latchkey = await startInProcess()
  const { session, token } = await register(latchkey)
  const first = await latchkey.call('GET', DATA, { headers: { cookie: session } })
  assert.deepEqual(first.json.data, {})
  assert.equal(first.headers.etag, `"${first.json.version}"`)
  latchkey.clock.advance(120_000)
  await latchkey.call('GET', '/access/session', { headers: { authorization: token } })
  assert.equal((await latchkey.call('GET', DATA, { headers: { cookie: session } })).json.version, first.json.version)
})

test('a merge patch adds, replaces and removes names at every depth (RFC 7396)', async () => {
  await using latchkey = await startInProcess()
  const headers = { authorization: (await register(latchkey)).token }
  const steps = [
    [
      { a: 'b', c: { d: 'e', f: 'g' } },
      { a: 'b', c: { d: 'e', f: 'g' } },
    ],
    [
      { a: 'z', c: { f: null } },
      { a: 'z', c: { d: 'e' } },
    ],
    [{ a: { b: null, c: null } }, { a: {}, c: { d: 'e' } }],
    [{ c: ['d', null, { e: null }] }, { a: {}, c: ['d', null, { e: null }] }],
    [{ c: { x: { y: null } } }, { a: {}, c: { x: {} } }],
    [{}, { a: {}, c: { x: {} } }],
    [{ a: null, c: null, nothing: null, 'é ☃': 1 }, { 'é ☃': 1 }],
    [
      { constructor: 1, toString: { a: null } },
      { 'é ☃': 1, constructor: 1, toString: {} },
    ],
  ] as const
  let version = (await latchkey.call('GET', DATA, { headers })).json.version
  for (const [body, data] of steps) {
    const answer = await latchkey.call('PATCH', DATA, { headers, body })
    assert.equal(answer.status, 200)
    assert.deepEqual(sessionDataResponse.strict().parse(answer.json), answer.json)
    assert.deepEqual(answer.json.data, data)
    assert.equal(answer.json.version, ++version)
    assert.equal(answer.headers.etag, `"${version}"`)
    assert.deepEqual((await latchkey.call('GET', DATA, { headers })).json, answer.json)
  }
})

test('with If-Match a patch applies to that version only; a weak or invalid tag matches nothing', async () => {
  await using latchkey = await startInProcess()
  const authorization = (await register(latchkey)).token
  const patch = (ifMatch: string) => latchkey.call('PATCH', DATA, { headers: { authorization, 'if-match': ifMatch }, body: { a: ifMatch } })
  const { version } = (await latchkey.call('GET', DATA, { headers: { authorization } })).json
  const tag = `"${version}"`
  for (const other of [`"${version + 1}"`, `W/${tag}`, String(version), '"x"', '', '""', `"0${version}x"`])
    assertRefused(await patch(other), 412, 'data.conflict')
  assert.equal((await patch(tag)).json.version, version + 1)
  assertRefused(await patch(tag), 412, 'data.conflict')
  assert.equal((await patch('*')).json.version, version + 2)
})

test('concurrent patches all succeed, and with If-Match exactly one', async () => {
  await using latchkey = await startInProcess()
  const headers = { authorization: (await register(latchkey)).token }
  const names = Array.from({ length: 25 }, (_, at) => `n${at}`)
  const answers = await Promise.all(names.map((name) => latchkey.call('PATCH', DATA, { headers, body: { [name]: 1 } })))
  assert.ok(answers.every(({ status }) => status === 200))
  const { data, version } = (await latchkey.call('GET', DATA, { headers })).json
  assert.deepEqual(Object.keys(data).sort(), names.sort())
  const matching = { ...headers, 'if-match': `"${version}"` }
  const concurrent = await Promise.all(names.map((name) => latchkey.call('PATCH', DATA, { headers: matching, body: { [name]: 2 } })))
  assert.deepEqual(concurrent.map(codeOrStatus).sort(), ['200', ...names.slice(1).map(() => 'data.conflict')])
})

test('accepts 16 KiB of data and refuses one byte more, counted in UTF-8', async () => {
  await using latchkey = await startInProcess()
  const headers = { authorization: (await register(latchkey)).token }
  const room = 16 * 1024 - '{"a":""}'.length
  const patch = (a: string) => latchkey.call('PATCH', DATA, { headers, body: { a } })
  assert.equal((await patch('x'.repeat(room))).status, 200)
  assertRefused(await patch('x'.repeat(room + 1)), 413, 'data.too_large')
  assertRefused(await patch('é'.repeat(room / 2 + 1)), 413, 'data.too_large')
  assert.equal((await patch('é'.repeat(room / 2))).status, 200)
  assertRefused(await latchkey.call('PATCH', DATA, { headers, body: { b: 1 } }), 413, 'data.too_large')
  assert.equal((await latchkey.call('PATCH', DATA, { headers, body: { a: null, b: 1 } })).status, 200)
})

test('a patch must be a merge patch: an object, of that type, not too deep, without __proto__', async () => {
  await using latchkey = await startInProcess()
  const headers = { authorization: (await register(latchkey)).token }
  for (const body of ['[]', '"a"', 'null', '1'])
    assertRefused(await latchkey.call('PATCH', DATA, { headers, body }), 422, 'request.invalid', { field: 'body' })
  for (const body of ['{"__proto__":{"a":1}}', '{"a":{"__proto__":null}}'])
    assertRefused(await latchkey.call('PATCH', DATA, { headers, body }), 422, 'request.invalid', { field: '__proto__' })
  const deep = `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`
  assertRefused(await latchkey.call('PATCH', DATA, { headers, body: deep }), 400, 'request.malformed', { reason: 'too_deep' })
  for (const type of ['application/json', 'application/json-patch+json'])
    assertRefused(await latchkey.call('PATCH', DATA, { headers, body: {}, type }), 415, 'request.unsupported_type')
})

test('each session has its own data', async () => {
  await using latchkey = await startInProcess()
  const first = await register(latchkey)
  const second = await login(latchkey)
  await latchkey.call('PATCH', DATA, { headers: { authorization: first.token }, body: { mine: true } })
  assert.deepEqual((await latchkey.call('GET', DATA, { headers: { authorization: second.token } })).json.data, {})
})

test('client data is stored only in its cookie, sealed for its user', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const bob = await register(latchkey, { username: 'Bob' })
  const read = async (cookie: string) => (await latchkey.call('GET', CLIENT_DATA, { headers: { cookie } })).json
  assert.deepEqual(await read(alice.session), { data: {} })
  const body = { data: { theme: 'dark' } }
  const put = await latchkey.call('PUT', CLIENT_DATA, { headers: { authorization: alice.token }, body })
  assert.equal(put.status, 200)
  assert.deepEqual(clientDataResponse.strict().parse(put.json), body)
  const sealed = put.jar.latchkey_data ?? ''
  assert.ok(!Buffer.from(sealed, 'base64url').toString('latin1').includes('dark'))
  assert.deepEqual(await read(`${alice.session}; latchkey_data=${sealed}`), body)
  assert.deepEqual(await read(`${bob.session}; latchkey_data=${sealed}`), { data: {} })
  assert.deepEqual(await read(`${alice.session}; latchkey_data=x${sealed.slice(1)}`), { data: {} })
})

test('client data that exceeds the cookie size is refused', async () => {
  await using latchkey = await startInProcess()
  const headers = { authorization: (await register(latchkey)).token }
  const put = (size: number) => latchkey.call('PUT', CLIENT_DATA, { headers, body: { data: { a: 'x'.repeat(size) } } })
  const kept = await put(2_000)
  assert.equal(kept.status, 200)
  assert.ok((kept.jar.latchkey_data ?? '').length <= 3 * 1024)
  assertRefused(await put(3 * 1024), 413, 'data.too_large')
  for (const [body, field] of [
    [{ a: 1 }, 'data'],
    [{ data: [] }, 'data'],
    [{ data: {}, more: 1 }, 'more'],
  ] as const)
    assertRefused(await latchkey.call('PUT', CLIENT_DATA, { headers, body }), 422, 'request.invalid', { field })
})
