// A cached credential is answered in the same turn of the event loop; an uncached one after the store was read.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest } from '../../src/http/message.ts'
import { startInProcess } from '../support/in-process.ts'
import { register } from '../support/users.ts'

function requestTo(path: string, headers: Readonly<Record<string, string>>, method = 'GET'): HttpRequest {
  const body = async () => new Uint8Array()
  return { method, path, query: '', header: (name) => headers[name] ?? null, address: '192.0.2.1', peer: '192.0.2.1', body }
}

test('A cached check returns a response, and an uncached one a promise', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const request = requestTo('/access/verify', { cookie: alice.session, 'x-forwarded-method': 'GET' })
  latchkey.engine.credentialCache.invalidate(alice.sid)
  const cold = latchkey.handle(request)
  assert.ok(cold instanceof Promise)
  assert.equal((await cold).status, 204)
  const warm = latchkey.handle(request)
  assert.ok(!(warm instanceof Promise))
  assert.equal(warm.status, 204)
  assert.equal(warm.headers['remote-user'], 'Alice')
})

test('A cached credential is refused after its revocation and without a method, and read anew while the feed lags', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { cookie: alice.session, 'x-forwarded-method': 'GET' }
  await latchkey.handle(requestTo('/access/verify', headers))
  assert.ok(!(latchkey.handle(requestTo('/access/verify', headers)) instanceof Promise))
  // Without a method the request may be a change, and a cookie alone must not change anything.
  assert.equal((await latchkey.handle(requestTo('/access/verify', { cookie: alice.session }))).status, 403)
  latchkey.clock.advance(1_500)
  const whileLagging = latchkey.handle(requestTo('/access/verify', headers))
  assert.ok(whileLagging instanceof Promise)
  assert.equal((await whileLagging).status, 204)
  await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  assert.equal((await latchkey.handle(requestTo('/access/verify', headers))).status, 401)
})
