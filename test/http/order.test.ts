// The order of refusals, by requests that are wrong in several ways at once.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type CallOptions, startInProcess } from '../support/in-process.ts'
import { register } from '../support/people.ts'

const EVIL = { origin: 'https://evil.test' }
const LARGE = 'x'.repeat(64 * 1024 + 1)

test('path, method, origin, credential, proof, content type, size, body: what is wrong first is refused first', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const cookie = { cookie: alice.session }
  const token = { authorization: alice.token }
  const long = { 'content-length': String(LARGE.length) }
  const everythingWrong = { headers: { ...EVIL, authorization: 'bad', ...long }, body: LARGE, type: 'text/plain' }

  const steps: readonly (readonly [string, string, CallOptions, number, string])[] = [
    ['PATCH', '/access/nothing', everythingWrong, 404, 'not_found'],
    ['BREW', '/access/session/data', everythingWrong, 405, 'method.not_allowed'],
    ['PATCH', '/access/session/data', everythingWrong, 403, 'origin.denied'],
    ['PATCH', '/access/session/data', { ...everythingWrong, headers: { authorization: 'bad', ...long } }, 401, 'token.invalid'],
    ['PATCH', '/access/session/data', { ...everythingWrong, headers: long }, 401, 'session.required'],
    ['PATCH', '/access/session/data', { ...everythingWrong, headers: { ...cookie, ...long } }, 403, 'header.required'],
    ['PATCH', '/access/session/data', { ...everythingWrong, headers: { ...token, ...long } }, 415, 'request.unsupported_type'],
    ['PATCH', '/access/session/data', { headers: { ...token, ...long }, body: LARGE }, 413, 'request.too_large'],
    ['PATCH', '/access/session/data', { headers: token, body: LARGE }, 413, 'request.too_large'],
    ['PATCH', '/access/session/data', { headers: token, body: '{' }, 400, 'request.malformed'],
    ['PATCH', '/access/session/data', { headers: token, body: [] }, 422, 'request.invalid'],
    ['PATCH', '/access/session/data', { headers: token, body: {} }, 200, ''],
  ]
  for (const [method, path, options, status, code] of steps) {
    const answer = await latchkey.call(method, path, options)
    assert.equal(answer.status, status, answer.body ?? '')
    assert.equal(answer.json.code ?? '', code)
    if (status === 405) assert.equal(answer.headers.allow, 'GET, HEAD, PATCH, OPTIONS')
  }
})

test('a body too large by its length is refused before it is read', async () => {
  await using latchkey = await startInProcess()
  let read = false
  const answer = await latchkey.handle({
    method: 'POST',
    path: '/access/login',
    query: '',
    header: (name) => ({ 'content-type': 'application/json', 'content-length': '65537' })[name] ?? null,
    address: '192.0.2.1',
    peer: '192.0.2.1',
    body: async () => {
      read = true
      return undefined
    },
  })
  assert.equal(answer.status, 413)
  assert.equal(read, false)
})

test('a read of a path that only changes is 405 and says what the path takes', async () => {
  await using latchkey = await startInProcess()
  const answer = await latchkey.call('GET', '/access/login')
  assert.equal(answer.status, 405)
  assert.equal(answer.headers.allow, 'POST, OPTIONS')
  const options = await latchkey.call('OPTIONS', '/access/login')
  assert.equal(options.status, 204)
  assert.equal(options.headers.allow, 'POST, OPTIONS')
})
