// The order of refusals: a request with several faults gets the first one, and nothing is executed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest } from '../../src/http/message.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, register, type SignedInUser } from '../support/users.ts'
import { assertRefused, changingRoutes, codeOrStatus, pathOf } from './support.ts'

const LIMIT = 64 * 1024
const TOO_LARGE = `{"a":"${'x'.repeat(LIMIT)}"}`

interface Violation {
  readonly what: string
  readonly status: number
  readonly code: string
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly type?: string
  readonly body?: unknown
}

/** Every fault of a changing request, in the order of refusal. */
function violations(alice: SignedInUser): readonly Violation[] {
  return [
    { what: 'path', status: 404, code: 'resource.not_found', path: '/access/nothing' },
    { what: 'method', status: 405, code: 'method.not_allowed', method: 'DELETE' },
    { what: 'origin', status: 403, code: 'origin.denied', headers: { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' } },
    { what: 'credential', status: 401, code: 'token.invalid', headers: { authorization: 'Bearer a.b.c' } },
    { what: 'proof', status: 403, code: 'csrf.header_required', headers: { cookie: alice.session } },
    { what: 'content type', status: 415, code: 'request.unsupported_type', type: 'text/plain' },
    { what: 'size', status: 413, code: 'request.too_large', body: TOO_LARGE },
    { what: 'syntax', status: 400, code: 'request.malformed', body: '{' },
    { what: 'body', status: 422, code: 'request.invalid', body: [] },
    { what: 'version', status: 412, code: 'data.conflict', headers: { 'if-match': '"99"' } },
  ]
}

/** A request with all of these faults; of two that exclude each other, the earlier. */
function requestWith(faults: readonly Violation[], alice: SignedInUser) {
  const earlierLast = [...faults].reverse()
  const merged: Partial<Violation> = Object.assign({}, ...earlierLast)
  const headers = Object.assign({}, ...earlierLast.map((fault) => fault.headers))
  const needsHeader = !faults.some(({ what }) => what === 'credential' || what === 'proof')
  return {
    method: merged.method ?? 'PATCH',
    path: merged.path ?? '/access/session/data',
    options: {
      headers: { ...(needsHeader ? { authorization: alice.token } : {}), ...headers },
      body: merged.body ?? {},
      ...(merged.type === undefined ? {} : { type: merged.type }),
    },
  }
}

async function assertFirst(latchkey: InProcess, alice: SignedInUser, faults: readonly Violation[]): Promise<void> {
  const { method, path, options } = requestWith(faults, alice)
  const answer = await latchkey.call(method, path, options)
  const [first] = faults
  assert.deepEqual([answer.status, codeOrStatus(answer)], [first?.status, first?.code], faults.map(({ what }) => what).join(' + '))
}

test('a request with all faults is refused for the first one, and the rest likewise', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const all = violations(alice)
  for (let from = 0; from < all.length; from += 1) await assertFirst(latchkey, alice, all.slice(from))
})

test('of any two faults the earlier one is reported', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const all = violations(alice)
  for (const [at, earlier] of all.entries()) for (const later of all.slice(at + 1)) await assertFirst(latchkey, alice, [earlier, later])
})

test('a wrong method is refused with the allowed methods', async () => {
  await using latchkey = await startInProcess()
  const allowed = {
    '/access/login': 'POST, OPTIONS',
    '/access/session': 'GET, HEAD, OPTIONS',
    '/access/session/data': 'GET, HEAD, PATCH, OPTIONS',
    '/access/client-data': 'GET, HEAD, PUT, OPTIONS',
    '/access/logout/some-user': 'GET, POST, OPTIONS',
    '/access/sessions': 'GET, HEAD, DELETE, OPTIONS',
    '/access/sessions/some': 'DELETE, OPTIONS',
    '/access/account': 'DELETE, OPTIONS',
    '/livez': 'GET, HEAD, OPTIONS',
  }
  for (const [path, allow] of Object.entries(allowed)) {
    for (const method of ['TRACE', 'PROPFIND', 'get']) {
      const answer = await latchkey.call(method, path)
      assertRefused(answer, 405, 'method.not_allowed')
      assert.equal(answer.headers.allow, allow, path)
    }
    assert.equal((await latchkey.call('OPTIONS', path)).headers.allow, allow)
  }
  assert.equal((await latchkey.call('HEAD', '/access/logout/some-user')).status, 405)
})

test('paths similar to ours do not exist', async () => {
  await using latchkey = await startInProcess()
  const paths = ['', '/access', '/access/', '/Access/login', '/access/login/', '//access/login', '/access//login', '/access/login%2f']
  const more = ['/access/sessions/', '/access/logout/', '/access/logout/a/b', '/access/%6Cogin', '/access/../livez', '/livez/', '*']
  for (const path of [...paths, ...more])
    for (const method of ['GET', 'POST', 'DELETE', 'OPTIONS'])
      assert.equal((await latchkey.call(method, path)).status, 404, `${method} ${path}`)
})

test('the body is not read before origin, credential, proof and type have passed, nor when its length is too large', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const json = { 'content-type': 'application/json' }
  const refused: readonly Readonly<Record<string, string>>[] = [
    { ...json, origin: 'https://evil.test' },
    { ...json, authorization: 'Bearer a.b.c' },
    { ...json, cookie: alice.session },
    { authorization: alice.token, 'content-type': 'text/plain' },
    { ...json, authorization: alice.token, 'content-length': String(LIMIT + 1) },
  ]
  for (const headers of refused) {
    let reads = 0
    const request: HttpRequest = {
      method: 'POST',
      path: '/access/audit-events',
      query: '',
      header: (name) => headers[name] ?? null,
      address: '',
      peer: '',
      body: async () => {
        reads += 1
        return new Uint8Array()
      },
    }
    const { status } = await latchkey.handle(request)
    assert.ok(status >= 400)
    assert.equal(reads, 0, JSON.stringify(headers))
  }
})

test('accepts a body of exactly 64 KiB and refuses one byte more', async () => {
  await using latchkey = await startInProcess()
  const { token: authorization } = await register(latchkey)
  const sized = (size: number) => `{"action":"a.b","detail":{}}${' '.repeat(size - 28)}`
  assert.equal((await latchkey.call('POST', '/access/audit-events', { headers: { authorization }, body: sized(LIMIT) })).status, 201)
  assertRefused(
    await latchkey.call('POST', '/access/audit-events', { headers: { authorization }, body: sized(LIMIT + 1) }),
    413,
    'request.too_large',
  )
})

test('a request from a foreign origin costs no read, write or hash', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  latchkey.resetCounts()
  for (const route of changingRoutes) {
    const headers = { origin: 'https://evil.test', authorization: alice.token, cookie: alice.cookies }
    await latchkey.call(route.method, pathOf(route, alice.userId), { headers, body: ALICE })
  }
  assert.deepEqual(latchkey.counts, { reads: 0, writes: 0, touches: 0, hashes: 0 })
})
