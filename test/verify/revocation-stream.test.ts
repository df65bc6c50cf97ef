// A verifier in another service rejects a token within a second of its revocation, and accepts none that it cannot check.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { runCommand, startServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'
import { startVerifierFixture, type VerifierFixture, verifyResult, waitForResult } from './verifier-fixture.ts'

const BOUND_MS = 1_000

let fixture: VerifierFixture
before(async () => {
  fixture = await startVerifierFixture()
})
after(() => fixture[Symbol.asyncDispose]())

test('a token is accepted without a request, with its principal and the feed lag', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const visitor = await fixture.visitor()
  const result = await verifier.verify(visitor.token)
  ok(result.ok)
  const { expiresAt, authTime, ...principal } = result.principal
  deepEqual(principal, { userId: visitor.userId, sid: visitor.sid, roles: [], amr: ['pwd'] })
  ok(Math.abs(authTime - Date.now()) < 5_000 && expiresAt - authTime === 300_000)
  ok(result.feedLagMs >= 0 && result.feedLagMs < BOUND_MS)
  const request = new Request('http://shop.example', { headers: { authorization: `Bearer ${visitor.token}` } })
  ok((await verifier.verifyRequest(request)).ok)
  ok((await verifier.verifyRequest(new Request('http://shop.example', { headers: { authorization: visitor.token } }))).ok)
  deepEqual(await verifier.verifyRequest(new Request('http://shop.example')), { ok: false, reason: 'malformed' })
})

test('a revocation reaches the verifier within a second, even for a cached token', async (t) => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const delays: number[] = []
  for (let round = 0; round < 20; round += 1) {
    const visitor = await fixture.visitor()
    for (let times = 0; times < 3; times += 1) equal(await verifyResult(verifier, visitor.token), 'ok')
    equal((await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)).status, 200)
    const ended = performance.now()
    await waitForResult(verifier, visitor.token, 'session_ended')
    delays.push(performance.now() - ended)
  }
  t.diagnostic(`rejected ${delays.map(Math.round).join(', ')} ms after the sign-out was answered`)
  ok(Math.max(...delays) < BOUND_MS)
})

test('a new verifier receives retained revocations before it accepts a token', async () => {
  const visitor = await fixture.visitor()
  await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)
  const verifier = fixture.verifier()
  await verifier.ready()
  equal(await verifyResult(verifier, visitor.token), 'session_ended')
})

test('before the first heartbeat no token is accepted', async () => {
  const visitor = await fixture.visitor()
  fixture.proxy.disconnect()
  const verifier = fixture.verifier({ fetch: async () => Promise.reject(new Error('no connection')) })
  equal(await verifyResult(verifier, visitor.token), 'malformed')
  fixture.proxy.reconnect()
})

test('a broken connection makes the feed unavailable within a second; after reconnecting, missed revocations apply at once', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const [revoked, live] = [await fixture.visitor(), await fixture.visitor()]
  for (const { token } of [revoked, live]) equal(await verifyResult(verifier, token), 'ok')
  fixture.proxy.disconnect()
  await revoked.callWithToken('POST', `/access/logout/${revoked.userId}`)
  const cut = performance.now()
  await waitForResult(verifier, live.token, 'feed_unavailable')
  const took = performance.now() - cut
  ok(took < BOUND_MS + 300, `feed unavailable after ${took} ms`)
  fixture.proxy.reconnect()
  // Until then, the revoked token must never be accepted.
  await waitFor('the live one to be accepted again', async () => {
    ok((await verifyResult(verifier, revoked.token)) !== 'ok')
    return (await verifyResult(verifier, live.token)) === 'ok'
  })
  equal(await verifyResult(verifier, revoked.token), 'session_ended')
})

test('delayed heartbeats are not taken for current ones', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const visitor = await fixture.visitor()
  equal(await verifyResult(verifier, visitor.token), 'ok')
  // Gradually, so that no gap between heartbeats is long enough to be noticed.
  for (let delay = 0; delay <= 2_500; delay += 100) {
    fixture.proxy.delay(delay)
    await pause(150)
  }
  await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)
  const ended = performance.now()
  let lastAccepted = 0
  while (performance.now() - ended < 4_000) {
    if ((await verifyResult(verifier, visitor.token)) === 'ok') lastAccepted = performance.now() - ended
    await pause(10)
  }
  fixture.proxy.delay(0)
  ok(lastAccepted < BOUND_MS, `accepted ${lastAccepted} ms after the sign-out`)
  await waitForResult(verifier, visitor.token, 'session_ended')
  const other = await fixture.visitor()
  await waitForResult(verifier, other.token, 'ok')
})

test('on a connection that is slow from the start no token is accepted', async () => {
  const visitor = await fixture.visitor()
  fixture.proxy.delay(1_200)
  const verifier = fixture.verifier()
  const began = performance.now()
  while (performance.now() - began < 4_000) {
    ok((await verifyResult(verifier, visitor.token)) !== 'ok')
    await pause(20)
  }
  fixture.proxy.delay(0)
  await waitForResult(verifier, visitor.token, 'ok')
})

test('while Latchkey is stopped, tokens are rejected as feed_unavailable; afterwards they are accepted again', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const visitor = await fixture.visitor()
  fixture.server.process.kill('SIGSTOP')
  try {
    await waitForResult(verifier, visitor.token, 'feed_unavailable')
  } finally {
    fixture.server.process.kill('SIGCONT')
  }
  await waitForResult(verifier, visitor.token, 'ok')
})

test('with introspect, Latchkey decides while the feed is unavailable', async () => {
  const verifier = fixture.verifier({ serviceKey: 'no-such-key', onFeedLoss: 'introspect' })
  const [visitor, revoked] = [await fixture.visitor(), await fixture.visitor()]
  await revoked.callWithToken('POST', `/access/logout/${revoked.userId}`)
  equal(await verifyResult(verifier, visitor.token), 'ok')
  equal(await verifyResult(verifier, revoked.token), 'session_ended')
  fixture.proxy.disconnect()
  equal(await verifyResult(verifier, visitor.token), 'feed_unavailable')
  fixture.proxy.reconnect()
})

test('with accept, a valid token is accepted while the feed is unavailable, with the lag', async () => {
  const verifier = fixture.verifier({ onFeedLoss: 'accept' })
  await verifier.ready()
  const visitor = await fixture.visitor()
  equal(await verifyResult(verifier, visitor.token), 'ok')
  fixture.proxy.disconnect()
  await waitFor('the feed to be unavailable', () => verifier.feedLagMs() > BOUND_MS)
  const result = await verifier.verify(visitor.token)
  ok(result.ok && result.feedLagMs > BOUND_MS)
  fixture.proxy.reconnect()
})

test('a wrong service key is a fault, and no token is accepted', async () => {
  const faults: Error[] = []
  const verifier = fixture.verifier({ serviceKey: 'wrong', onFault: (fault) => void faults.push(fault) })
  await verifier.ready().then(
    () => ok(false, 'it must not be ready'),
    (error: Error) => ok(error.message.includes('latchkey service-key create'), error.message),
  )
  ok(faults.length > 0)
  const visitor = await fixture.visitor()
  ok((await verifyResult(verifier, visitor.token)) !== 'ok')
})

test('after a change of roles an older token is rejected, and a renewed one is accepted at once', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const visitor = await fixture.visitor()
  equal(await verifyResult(verifier, visitor.token), 'ok')
  const { folder } = fixture.server
  equal((await runCommand(['user', 'set-roles', visitor.username, 'editor'], { folder })).code, 0)
  await waitForResult(verifier, visitor.token, 'expired')
  const renewed = await visitor.callWithCookies('POST', '/access/token')
  const result = await verifier.verify(renewed.json.token)
  ok(result.ok)
  deepEqual(result.principal.roles, ['editor'])
})

test('during key rotation, tokens of the old and of the new key are accepted', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const older = await fixture.visitor()
  equal(await verifyResult(verifier, older.token), 'ok')
  for (let round = 0; round < 3; round += 1) {
    equal((await runCommand(['signing-key', 'rotate'], { folder: fixture.server.folder })).code, 0)
    const newer = await fixture.visitor()
    equal(await verifyResult(verifier, newer.token), 'ok')
  }
  equal(await verifyResult(verifier, older.token), 'ok')
})

test('a closed verifier accepts no token', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const visitor = await fixture.visitor()
  equal(await verifyResult(verifier, visitor.token), 'ok')
  verifier.close()
  equal(await verifyResult(verifier, visitor.token), 'feed_unavailable')
})

test('after a server restart the verifier resumes the stream and misses nothing', async () => {
  await using own = await startVerifierFixture({ LATCHKEY_PUBLIC_URL: 'http://login.example' })
  const { server, serviceKey } = own
  let base = server.url
  const verifier = own.verifier({ fetch: (input, init) => fetch(String(input).replace('http://login.example', base), init), serviceKey })
  await verifier.ready()
  const [revoked, live] = [await own.visitor(), await own.visitor()]
  for (const { token } of [revoked, live]) equal(await verifyResult(verifier, token), 'ok')
  const stopping = performance.now()
  await server.stop()
  ok(performance.now() - stopping < 3_000, 'an open stream must not delay the stop')
  await using again = await startServer({ folder: server.folder, env: { LATCHKEY_PUBLIC_URL: 'http://login.example' } })
  await revoked.forServer(again.url).callWithToken('POST', `/access/logout/${revoked.userId}`)
  base = again.url
  await waitForResult(verifier, live.token, 'ok')
  await waitForResult(verifier, revoked.token, 'session_ended')
  equal(await verifyResult(verifier, live.token), 'ok')
})
