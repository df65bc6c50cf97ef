// The closed list of error codes in the contract, each with its status.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AuthError, ERROR_CODES, type ErrorCode } from '../../src/domain/errors.ts'
import { problem } from '../../src/http/contract.ts'
import { problemHeaders, problemOf, STATUS } from '../../src/http/problem.ts'

const CONTRACT: Readonly<Record<number, string>> = {
  400: 'request.malformed',
  401: 'session.required reauthentication.required token.invalid credentials.invalid proof.required',
  403: 'origin.denied csrf.header_required user.mismatch role.required registration.closed',
  404: 'resource.not_found',
  405: 'method.not_allowed',
  409: 'username.taken',
  412: 'data.conflict',
  413: 'request.too_large data.too_large',
  415: 'request.unsupported_type',
  422: 'request.invalid username.invalid password.too_short password.too_long password.too_common password.too_weak',
  429: 'rate.limited',
  431: 'request.headers_too_large',
  503: 'server.busy store.unavailable',
}

const expected = Object.entries(CONTRACT).flatMap(([status, codes]) => codes.split(' ').map((code) => [code, Number(status)] as const))

test('there are exactly these codes, with these statuses', () => {
  assert.deepEqual({ ...STATUS }, Object.fromEntries(expected))
  assert.deepEqual([...ERROR_CODES].sort(), expected.map(([code]) => code).sort())
})

for (const [code, status] of expected) {
  test(`${code} is a problem document with status ${status} and its own title`, () => {
    const detail = { reason: 'r', setting: 's', field: 'f', refreshable: true, retryAfter: 7 }
    const bare = problemOf(new AuthError(code as ErrorCode), 'https://login.example.com')
    assert.deepEqual({ ...bare, title: '' }, { type: `https://login.example.com/docs/errors#${code}`, title: '', status, code })
    assert.match(String(bare.title), /^[A-Z].+\.$/)
    const full = problemOf(new AuthError(code as ErrorCode, detail), 'https://login.example.com')
    assert.deepEqual(full, { ...bare, reason: 'r', setting: 's', field: 'f', refreshable: true })
    assert.deepEqual(problem.strict().parse(full), full)
    const headers = problemHeaders(new AuthError(code as ErrorCode, detail))
    assert.equal(headers['retry-after'], '7')
    assert.equal('www-authenticate' in headers, status === 401)
  })
}
