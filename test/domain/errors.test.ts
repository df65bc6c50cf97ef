// Errors: a closed list of codes, a constant message for each, and no stack.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ERROR_CODES, StoreError } from '../../src/domain/errors.ts'
import { checkNewUsername } from '../../src/domain/new-username.ts'
import { MAX_CHARACTERS } from '../../src/domain/password.ts'

test('codes have one form and are unique', () => {
  for (const code of ERROR_CODES) assert.match(code, /^[a-z_]+(\.[a-z_]+)?$/)
  assert.equal(new Set(ERROR_CODES).size, ERROR_CODES.length)
})

for (const code of ERROR_CODES) {
  test(`${code} has one plain message, which no detail changes`, () => {
    const { message } = new AuthError(code)
    assert.match(message, /^[A-Z][\x20-\x7e]+\.$/)
    assert.equal(new AuthError(code, { reason: 'secret', field: 'secret', setting: 'secret', retryAfter: 7 }).message, message)
  })
}

test('numbers in messages are those of the rules', () => {
  const violation = (length: number) => checkNewUsername('a'.repeat(length))
  assert.match(new AuthError('username.invalid').message, / 2 to 64 /)
  assert.deepEqual([violation(1), violation(65)], ['length', 'length'])
  assert.deepEqual([violation(2), violation(64)], [undefined, undefined])
  assert.ok(new AuthError('password.too_long').message.includes(` ${MAX_CHARACTERS} `))
  assert.match(new AuthError('request.too_large').message, / 64 KiB\./)
})

test('messages differ', () => {
  assert.equal(new Set(ERROR_CODES.map((code) => new AuthError(code).message)).size, ERROR_CODES.length)
})

test('an AuthError is a value: it is no Error and has no stack', () => {
  const error: object = new AuthError('server.busy', { retryAfter: 1 })
  assert.ok(!(error instanceof Error))
  assert.ok(!('stack' in error))
  assert.deepEqual(JSON.parse(JSON.stringify(error)), { code: 'server.busy', detail: { retryAfter: 1 } })
  assert.deepEqual(new AuthError('server.busy').detail, {})
})

test('a StoreError is an Error with its own name, and keeps its cause', () => {
  const cause = new Error('disk full')
  const fault = new StoreError('no', { cause })
  assert.ok(fault instanceof Error)
  assert.equal(fault.name, 'StoreError')
  assert.equal(fault.cause, cause)
})
