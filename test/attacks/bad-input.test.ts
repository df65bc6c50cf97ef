// Invalid input: a clear problem document, no stack trace, no partial change.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CallOptions, startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

type Case = readonly [what: string, options: CallOptions, status: number, code: string, detail?: Readonly<Record<string, string>>]

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
}

const SIGN_IN: readonly Case[] = [
  ['no body', {}, 415, 'request.unsupported_type'],
  ['an empty body', { body: '' }, 400, 'request.malformed', { reason: 'json' }],
  ['half a document', { body: '{"username":' }, 400, 'request.malformed', { reason: 'json' }],
  ['two documents', { body: '{}{}' }, 400, 'request.malformed', { reason: 'json' }],
  ['a byte order mark', { body: '\ufeff\ufeff{}' }, 400, 'request.malformed', { reason: 'json' }],
  ['a list', { body: [] }, 422, 'request.invalid', { field: 'body' }],
  ['a number', { body: '7' }, 422, 'request.invalid', { field: 'body' }],
  ['null', { body: 'null' }, 422, 'request.invalid', { field: 'body' }],
  ['a name that is a number', { body: { ...ALICE, username: 7 } }, 422, 'request.invalid', { field: 'username' }],
  ['a password that is an object', { body: { ...ALICE, password: { $ne: '' } } }, 422, 'request.invalid', { field: 'password' }],
  ['no password', { body: { username: 'alice' } }, 422, 'request.invalid', { field: 'password' }],
  ['remember as a word', { body: { ...ALICE, remember: 'yes' } }, 422, 'request.invalid', { field: 'remember' }],
  ['delivery by pigeon', { body: { ...ALICE, delivery: 'pigeon' } }, 422, 'request.invalid', { field: 'delivery' }],
  [
    'remember with delivery by header',
    { body: { ...ALICE, remember: true, delivery: 'header' } },
    422,
    'request.invalid',
    { field: 'remember' },
  ],
  ['an unknown field', { body: { ...ALICE, role: 'admin' } }, 422, 'request.invalid', { field: 'role' }],
  ['an unknown field that looks like an attack', { body: { ...ALICE, '<script>': 1 } }, 422, 'request.invalid', { field: 'body' }],
  ['__proto__', { body: '{"username":"alice","password":"x","__proto__":{"admin":true}}' }, 422, 'request.invalid', { field: '__proto__' }],
  ['deep nesting', { body: nested(33) }, 400, 'request.malformed', { reason: 'too_deep' }],
  ['very deep nesting', { body: nested(10_000) }, 400, 'request.malformed', { reason: 'too_deep' }],
  ['a lone surrogate', { body: '{"username":"\\ud800lice","password":"x"}' }, 400, 'request.malformed', { reason: 'ill_formed' }],
  ['64 KiB and a byte', { body: JSON.stringify({ ...ALICE, password: 'x'.repeat(65_489) }).padEnd(65_537) }, 413, 'request.too_large'],
  ['a password of a megabyte', { body: { ...ALICE, password: 'x'.repeat(1 << 20) } }, 413, 'request.too_large'],
  ['a form', { body: 'username=alice&password=x', type: 'application/x-www-form-urlencoded' }, 415, 'request.unsupported_type'],
  ['plain text', { body: ALICE, type: 'text/plain' }, 415, 'request.unsupported_type'],
  ['another charset', { body: ALICE, type: 'application/json; charset=utf-16' }, 415, 'request.unsupported_type'],
  ['a type that begins alike', { body: ALICE, type: 'application/json-seq' }, 415, 'request.unsupported_type'],
  ['a compressed body', { body: ALICE, headers: { 'content-encoding': 'gzip' } }, 415, 'request.unsupported_type'],
]

for (const [what, options, status, code, detail = {}] of SIGN_IN) {
  test(`sign-in with ${what} is refused with ${status} ${code}`, async () => {
    await using latchkey = await startInProcess()
    for (const path of ['/access/login', '/access/register']) {
      const answer = await latchkey.call('POST', path, options)
      assert.deepEqual([answer.status, answer.json.code], [status, code], answer.body ?? '')
      for (const [name, value] of Object.entries(detail)) assert.equal(answer.json[name], value, name)
      assert.equal(answer.headers['content-type'], 'application/problem+json')
      assert.doesNotMatch(answer.body ?? '', /script|at .*\.ts|moons/)
      assert.deepEqual(answer.cookies, [])
    }
  })
}

test('a body in UTF-8 is accepted with every spelling of the charset', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  for (const type of ['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"', 'application/json ; x=y']) {
    assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE, type })).status, 200, type)
  }
})

test('bytes that are not UTF-8 are refused', async () => {
  await using latchkey = await startInProcess()
  const answer = await latchkey.handle({
    method: 'POST',
    path: '/access/login',
    query: '',
    header: (name) => (name === 'content-type' ? 'application/json' : null),
    address: '',
    peer: '',
    body: async () => Uint8Array.of(0x22, 0xff, 0xfe, 0x22),
  })
  assert.equal(answer.status, 400)
})

test('session data accepts any JSON object of its size, without __proto__', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const patch = (body: unknown, type?: string) =>
    latchkey.call('PATCH', '/access/session/data', { headers: { authorization: alice.token }, body, ...(type && { type }) })
  assert.equal((await patch({ constructor: { prototype: { a: 1 } }, toString: 'x', 'nul\u0000': '\u0000' })).status, 200)
  assert.equal(({} as Record<string, unknown>).a, undefined)
  assert.equal((await patch('{"a":{"__proto__":{"x":1}}}')).status, 422)
  assert.equal((await patch([1])).json.field, 'body')
  assert.equal((await patch({ a: 1 }, 'application/json')).status, 415)
  assert.equal((await patch({ large: 'x'.repeat(16 * 1024) })).json.code, 'data.too_large')
  assert.equal((await patch({ large: '€'.repeat(5_500) })).json.code, 'data.too_large')
  assert.equal((await patch({ fits: 'x'.repeat(15 * 1024) })).status, 200)
  assert.equal((await patch({ more: 'x'.repeat(2 * 1024) })).json.code, 'data.too_large', 'the total size counts, not the patch')
  const { json } = await latchkey.call('GET', '/access/session/data', { headers: { authorization: alice.token } })
  assert.equal(json.data.large, undefined, 'refused patches leave nothing')
})

test('paths with dots, NUL and broken escapes are not found', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  for (const path of [
    '/access/../access/session',
    '/access//session',
    '/access/session/',
    '/ACCESS/session',
    '/access/session%00',
    '/access/%73ession',
    '/access/session;x=1',
    '//access/session',
    '',
  ]) {
    assert.equal((await latchkey.call('GET', path, { headers: { cookie: alice.session } })).status, 404, path)
  }
  for (const userId of ['%00', '%zz', '..', '%2e%2e', `${alice.userId}%00`, `${alice.userId}/x`]) {
    const { status } = await latchkey.call('POST', `/access/logout/${userId}`, { headers: { authorization: alice.token } })
    assert.ok(status === 403 || status === 404, userId)
  }
})

test('invalid queries are refused with the name of the parameter', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { authorization: alice.token }
  for (const [method, path, field] of [
    ['GET', '/access/audit-events?limit=0', 'limit'],
    ['GET', '/access/audit-events?limit=201', 'limit'],
    ['GET', '/access/audit-events?limit=ten', 'limit'],
    ['POST', `/access/logout/${alice.userId}?everywhere=maybe`, 'everywhere'],
    ['DELETE', '/access/sessions', 'except'],
    ['DELETE', '/access/sessions?except=none', 'except'],
  ] as const) {
    const { status, json } = await latchkey.call(method, path, { headers })
    assert.deepEqual([status, json.code, json.field], [422, 'request.invalid', field], path)
  }
  assert.equal((await latchkey.call('GET', '/access/session', { headers })).status, 200)
})
