// Request bodies of register and login: type, syntax and shape.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'
import { assertRefused, codeOrStatus } from './support.ts'

test('a body that violates the contract is refused and not repeated', async () => {
  await using latchkey = await startInProcess()
  const wrong = [
    [{}, 'username'],
    [{ username: 'Alice' }, 'password'],
    [{ ...ALICE, username: 7 }, 'username'],
    [{ ...ALICE, password: null }, 'password'],
    [{ ...ALICE, remember: 'yes' }, 'remember'],
    [{ ...ALICE, delivery: 'url' }, 'delivery'],
    [{ ...ALICE, delivery: 'header', remember: true }, 'remember'],
    [{ ...ALICE, roles: ['admin'] }, 'roles'],
    [{ ...ALICE, '<b>': 1 }, 'body'],
    [[ALICE], 'body'],
    ['"Alice"', 'body'],
    ['null', 'body'],
    ['{"username":"Alice","password":"a","__proto__":{}}', '__proto__'],
  ] as const
  for (const [body, field] of wrong)
    for (const path of ['/access/register', '/access/login'])
      assertRefused(await latchkey.call('POST', path, { body }), 422, 'request.invalid', { field })
  const noAddress = { ...ALICE, email: 'no-address' }
  assertRefused(await latchkey.call('POST', '/access/register', { body: noAddress }), 422, 'request.invalid', { field: 'email' })
  for (const body of ['', '{', '{"a":1}x', '\u{feff}', "{'a':1}", `${'['.repeat(40)}${']'.repeat(40)}`, '{"username":"\\ud800"}'])
    assert.equal(codeOrStatus(await latchkey.call('POST', '/access/login', { body })), 'request.malformed', body)
})

test('a body must be JSON in UTF-8 and say so', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  for (const type of [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; x=y',
    'application/json; charset=utf8',
    'application/json;CHARSET=UTF8',
    'application/json ; charset = "utf8" ',
    'application/json; x=y; charset=utf-8; profile="a"',
    'application/json;',
  ])
    assert.equal((await latchkey.call('POST', '/access/login', { body: ALICE, type })).status, 200, type)
  const refused = ['text/plain', 'text/json', 'application/jsonp', 'application/x-www-form-urlencoded', 'multipart/form-data', '']
  const charsets = ['latin1', 'utf-16', 'utf-16le', 'utf-80', 'utf', '"iso-8859-1"', 'utf-8; charset=latin1', ''].map(
    (charset) => `application/json; charset=${charset}`,
  )
  for (const type of [...refused, ...charsets, 'application/merge-patch+json', 'text/plain; application/json'])
    assertRefused(await latchkey.call('POST', '/access/login', { body: ALICE, type }), 415, 'request.unsupported_type')
  assertRefused(await latchkey.call('POST', '/access/login'), 415, 'request.unsupported_type')
})

test('a patch of session data may name its charset, and a byte order mark before JSON is ignored', async () => {
  await using latchkey = await startInProcess()
  const { token } = await register(latchkey)
  const headers = { authorization: `Bearer ${token}` }
  const type = 'application/merge-patch+json; charset=utf8'
  const patched = await latchkey.call('PATCH', '/access/session/data', { headers, body: '\ufeff{"tea":"green"}', type })
  assert.deepEqual([patched.status, patched.json.data], [200, { tea: 'green' }])
  assert.equal((await latchkey.call('POST', '/access/login', { body: `\ufeff${JSON.stringify(ALICE)}` })).status, 200)
})

test('an unknown field is named only where its name is safe to repeat', async () => {
  await using latchkey = await startInProcess()
  const long = 'x'.repeat(64)
  for (const [name, field] of [
    ['x', 'x'],
    [long, long],
    [`${long}x`, 'body'],
    ['a b', 'body'],
    ['', 'body'],
    ['é', 'body'],
    ['a.b-c_d', 'a.b-c_d'],
  ] as const)
    assertRefused(await latchkey.call('POST', '/access/login', { body: { ...ALICE, [name]: 1 } }), 422, 'request.invalid', { field })
})

test('accepts a length of exactly 64 KiB and the encoding identity, and no other encoding', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const ask = (headers: Readonly<Record<string, string>>) => latchkey.call('POST', '/access/login', { body: ALICE, headers })
  assert.equal((await ask({ 'content-length': String(64 * 1024) })).status, 200)
  assertRefused(await ask({ 'content-length': String(64 * 1024 + 1) }), 413, 'request.too_large')
  for (const encoding of ['identity', 'Identity']) assert.equal((await ask({ 'content-encoding': encoding })).status, 200)
  for (const encoding of ['gzip', 'identity, gzip', 'br', ''])
    assertRefused(await ask({ 'content-encoding': encoding }), 415, 'request.unsupported_type')
})
