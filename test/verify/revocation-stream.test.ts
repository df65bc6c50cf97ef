// A verifier elsewhere refuses a token within a second of its session's end, and never accepts one that it cannot be sure of.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { runCommand, startServer } from '../support/server.ts'
import { waitFor } from '../support/wait-for.ts'
import { startVerifierFixture, type VerifierFixture, verifyResult, waitForResult } from './verifier-fixture.ts'

const BOUND = 1_000

let fixture: VerifierFixture
before(async () => {
  fixture = await startVerifierFixture()
})
after(() => fixture[Symbol.asyncDispose]())

test('A token is accepted offline, with its principal and how fresh that is', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const visitor = await fixture.visitor()
  const verdict = await verifier.verify(visitor.token)
  ok(verdict.ok)
  const { expiresAt, authTime, ...principal } = verdict.principal
  deepEqual(principal, { userId: visitor.userId, sid: visitor.sid, roles: [], amr: ['pwd'] })
  ok(Math.abs(authTime - Date.now()) < 5_000 && expiresAt - authTime === 300_000)
  ok(verdict.feedLagMs >= 0 && verdict.feedLagMs < BOUND)
  const request = new Request('http://shop.example', { headers: { authorization: `Bearer ${visitor.token}` } })
  ok((await verifier.verifyRequest(request)).ok)
  ok((await verifier.verifyRequest(new Request('http://shop.example', { headers: { authorization: visitor.token } }))).ok)
  deepEqual(await verifier.verifyRequest(new Request('http://shop.example')), { ok: false, reason: 'malformed' })
})

test('The end of a session reaches the verifier well within a second, warm as the token is', async (t) => {
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
  t.diagnostic(`refused ${delays.map(Math.round).join(', ')} ms after the sign-out was answered`)
  ok(Math.max(...delays) < BOUND)
})

test('A verifier that starts hears what has ended before it accepts anything', async () => {
  const visitor = await fixture.visitor()
  await visitor.callWithToken('POST', `/access/logout/${visitor.userId}`)
  const verifier = fixture.verifier()
  await verifier.ready()
  equal(await verifyResult(verifier, visitor.token), 'session_ended')
})

test('Before the first hearing nothing is accepted', async () => {
  const visitor = await fixture.visitor()
  fixture.proxy.disconnect()
  const verifier = fixture.verifier({ fetch: async () => Promise.reject(new Error('no line')) })
  equal(await verifyResult(verifier, visitor.token), 'malformed')
  fixture.proxy.reconnect()
})

test('A cut line is silence after a second; joined again, everything that ended meanwhile is refused at once', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const [ended, living] = [await fixture.visitor(), await fixture.visitor()]
  for (const { token } of [ended, living]) equal(await verifyResult(verifier, token), 'ok')
  fixture.proxy.disconnect()
  await ended.callWithToken('POST', `/access/logout/${ended.userId}`)
  const cut = performance.now()
  await waitForResult(verifier, living.token, 'feed_unavailable')
  const took = performance.now() - cut
  ok(took < BOUND + 300, `silent after ${took} ms`)
  fixture.proxy.reconnect()
  // Whatever is said until then, it is never that the ended one is good.
  await waitFor('the living one to be accepted again', async () => {
    ok((await verifyResult(verifier, ended.token)) !== 'ok')
    return (await verifyResult(verifier, living.token)) === 'ok'
  })
  equal(await verifyResult(verifier, ended.token), 'session_ended')
})

test('A line that brings everything late brings no news: its heartbeats are not taken for the present', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const visitor = await fixture.visitor()
  equal(await verifyResult(verifier, visitor.token), 'ok')
  // Little by little: no gap is ever long enough to be taken for silence.
  for (let late = 0; late <= 2_500; late += 100) {
    fixture.proxy.delay(late)
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
  ok(lastAccepted < BOUND, `accepted ${lastAccepted} ms after the sign-out`)
  await waitForResult(verifier, visitor.token, 'session_ended')
  const other = await fixture.visitor()
  await waitForResult(verifier, other.token, 'ok')
})

test('On a line that is slow from the start nothing is accepted, since nobody can tell in time', async () => {
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

test('While Latchkey stands still everything is refused as silent; when it goes on, it is accepted again', async () => {
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

test('With "ask", Latchkey is asked while its endings are not heard, and refusals are its own', async () => {
  const verifier = fixture.verifier({ serviceKey: 'no-such-key', onFeedLoss: 'introspect' })
  const [visitor, ended] = [await fixture.visitor(), await fixture.visitor()]
  await ended.callWithToken('POST', `/access/logout/${ended.userId}`)
  equal(await verifyResult(verifier, visitor.token), 'ok')
  equal(await verifyResult(verifier, ended.token), 'session_ended')
  fixture.proxy.disconnect()
  equal(await verifyResult(verifier, visitor.token), 'feed_unavailable')
  fixture.proxy.reconnect()
})

test('With "accept", a genuine token is accepted in silence, and says how long that has lasted', async () => {
  const verifier = fixture.verifier({ onFeedLoss: 'accept' })
  await verifier.ready()
  const visitor = await fixture.visitor()
  equal(await verifyResult(verifier, visitor.token), 'ok')
  fixture.proxy.disconnect()
  await waitFor('silence', () => verifier.feedLagMs() > BOUND)
  const verdict = await verifier.verify(visitor.token)
  ok(verdict.ok && verdict.feedLagMs > BOUND)
  fixture.proxy.reconnect()
})

test('A wrong service key is told, and nothing is accepted', async () => {
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

test('After a change of roles an older token is refused, and a renewed one is accepted at once', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const visitor = await fixture.visitor()
  equal(await verifyResult(verifier, visitor.token), 'ok')
  const { folder } = fixture.server
  equal((await runCommand(['user', 'set-roles', visitor.username, 'editor'], { folder })).code, 0)
  await waitForResult(verifier, visitor.token, 'expired')
  const renewed = await visitor.callWithCookies('POST', '/access/token')
  const verdict = await verifier.verify(renewed.json.token)
  ok(verdict.ok)
  deepEqual(verdict.principal.roles, ['editor'])
})

test('Keys rotate under use: tokens of the old key stay good, those of the new one are at once', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const before = await fixture.visitor()
  equal(await verifyResult(verifier, before.token), 'ok')
  for (let round = 0; round < 3; round += 1) {
    equal((await runCommand(['signing-key', 'rotate'], { folder: fixture.server.folder })).code, 0)
    const fresh = await fixture.visitor()
    equal(await verifyResult(verifier, fresh.token), 'ok')
  }
  equal(await verifyResult(verifier, before.token), 'ok')
})

test('Closed, a verifier accepts nothing any more', async () => {
  const verifier = fixture.verifier()
  await verifier.ready()
  const visitor = await fixture.visitor()
  equal(await verifyResult(verifier, visitor.token), 'ok')
  verifier.close()
  equal(await verifyResult(verifier, visitor.token), 'feed_unavailable')
})

test('A server that is started again goes on where it was, and misses nothing for those who follow', async () => {
  await using own = await startVerifierFixture({ LATCHKEY_PUBLIC_URL: 'http://login.example' })
  const { server, serviceKey } = own
  let base = server.url
  const verifier = own.verifier({ fetch: (input, init) => fetch(String(input).replace('http://login.example', base), init), serviceKey })
  await verifier.ready()
  const [ended, living] = [await own.visitor(), await own.visitor()]
  for (const { token } of [ended, living]) equal(await verifyResult(verifier, token), 'ok')
  const stopping = performance.now()
  await server.stop()
  ok(performance.now() - stopping < 3_000, 'a stream must not hold up the end')
  await using again = await startServer({ folder: server.folder, env: { LATCHKEY_PUBLIC_URL: 'http://login.example' } })
  await ended.forServer(again.url).callWithToken('POST', `/access/logout/${ended.userId}`)
  base = again.url
  await waitForResult(verifier, living.token, 'ok')
  await waitForResult(verifier, ended.token, 'session_ended')
  equal(await verifyResult(verifier, living.token), 'ok')
})
