// What memory knows is answered in the same turn of the event loop; what must be read, when it was read.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { HttpRequest } from '../../src/http/message.ts'
import { startInProcess } from '../support/in-process.ts'
import { register } from '../support/users.ts'

function asking(path: string, headers: Readonly<Record<string, string>>, method = 'GET'): HttpRequest {
  const body = async () => new Uint8Array()
  return { method, path, query: '', header: (name) => headers[name] ?? null, address: '192.0.2.1', peer: '192.0.2.1', body }
}

test('A warm check is answered before the call returns, and a cold one is promised', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const request = asking('/access/verify', { cookie: alice.session, 'x-forwarded-method': 'GET' })
  latchkey.engine.credentialCache.invalidate(alice.sid)
  const cold = latchkey.handle(request)
  assert.ok(cold instanceof Promise)
  assert.equal((await cold).status, 204)
  const warm = latchkey.handle(request)
  assert.ok(!(warm instanceof Promise))
  assert.equal(warm.status, 204)
  assert.equal(warm.headers['remote-user'], 'Alice')
})

test('What is answered at once is refused as well: after an ending, without a method, and while the log is silent', async () => {
  await using latchkey = await startInProcess()
  const alice = await register(latchkey)
  const headers = { cookie: alice.session, 'x-forwarded-method': 'GET' }
  await latchkey.handle(asking('/access/verify', headers))
  assert.ok(!(latchkey.handle(asking('/access/verify', headers)) instanceof Promise))
  // Without a method the request may change something, and a cookie alone must not.
  assert.equal((await latchkey.handle(asking('/access/verify', { cookie: alice.session }))).status, 403)
  latchkey.clock.advance(1_500)
  const inSilence = latchkey.handle(asking('/access/verify', headers))
  assert.ok(inSilence instanceof Promise)
  assert.equal((await inSilence).status, 204)
  await latchkey.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  assert.equal((await latchkey.handle(asking('/access/verify', headers))).status, 401)
})
