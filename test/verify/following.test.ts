// A verifier elsewhere refuses a token within a second of its session's end, and never accepts one that it cannot be sure of.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { runCommand, startServer } from '../support/server.ts'
import { until } from '../support/until.ts'
import { type Setting, says, startSetting, untilSays } from './support.ts'

const BOUND = 1_000

let setting: Setting
before(async () => {
  setting = await startSetting()
})
after(() => setting[Symbol.asyncDispose]())

test('A token is accepted offline, with its principal and how fresh that is', async () => {
  const verifier = setting.verifier()
  await verifier.ready()
  const visitor = await setting.visitor()
  const verdict = await verifier.verify(visitor.token)
  ok(verdict.ok)
  const { expiresAt, authTime, ...principal } = verdict.principal
  deepEqual(principal, { userId: visitor.code, sid: visitor.sid, roles: [], amr: ['pwd'] })
  ok(Math.abs(authTime - Date.now()) < 5_000 && expiresAt - authTime === 300_000)
  ok(verdict.freshness >= 0 && verdict.freshness < BOUND)
  const request = new Request('http://shop.example', { headers: { authorization: `Bearer ${visitor.token}` } })
  ok((await verifier.verifyRequest(request)).ok)
  ok((await verifier.verifyRequest(new Request('http://shop.example', { headers: { authorization: visitor.token } }))).ok)
  deepEqual(await verifier.verifyRequest(new Request('http://shop.example')), { ok: false, reason: 'malformed' })
})

test('The end of a session reaches the verifier well within a second, warm as the token is', async (t) => {
  const verifier = setting.verifier()
  await verifier.ready()
  const delays: number[] = []
  for (let round = 0; round < 20; round += 1) {
    const visitor = await setting.visitor()
    for (let times = 0; times < 3; times += 1) equal(await says(verifier, visitor.token), 'ok')
    equal((await visitor.byToken('POST', `/access/logout/${visitor.code}`)).status, 200)
    const ended = performance.now()
    await untilSays(verifier, visitor.token, 'session_ended')
    delays.push(performance.now() - ended)
  }
  t.diagnostic(`refused ${delays.map(Math.round).join(', ')} ms after the sign-out was answered`)
  ok(Math.max(...delays) < BOUND)
})

test('A verifier that starts hears what has ended before it accepts anything', async () => {
  const visitor = await setting.visitor()
  await visitor.byToken('POST', `/access/logout/${visitor.code}`)
  const verifier = setting.verifier()
  await verifier.ready()
  equal(await says(verifier, visitor.token), 'session_ended')
})

test('Before the first hearing nothing is accepted', async () => {
  const visitor = await setting.visitor()
  setting.line.cut()
  const verifier = setting.verifier({ fetch: async () => Promise.reject(new Error('no line')) })
  equal(await says(verifier, visitor.token), 'malformed')
  setting.line.join()
})

test('A cut line is silence after a second; joined again, everything that ended meanwhile is refused at once', async () => {
  const verifier = setting.verifier()
  await verifier.ready()
  const [ended, living] = [await setting.visitor(), await setting.visitor()]
  for (const { token } of [ended, living]) equal(await says(verifier, token), 'ok')
  setting.line.cut()
  await ended.byToken('POST', `/access/logout/${ended.code}`)
  const cut = performance.now()
  await untilSays(verifier, living.token, 'silent')
  const took = performance.now() - cut
  ok(took < BOUND + 300, `silent after ${took} ms`)
  setting.line.join()
  // Whatever is said until then, it is never that the ended one is good.
  await until('the living one to be accepted again', async () => {
    ok((await says(verifier, ended.token)) !== 'ok')
    return (await says(verifier, living.token)) === 'ok'
  })
  equal(await says(verifier, ended.token), 'session_ended')
})

test('A line that brings everything late brings no news: its heartbeats are not taken for the present', async () => {
  const verifier = setting.verifier()
  await verifier.ready()
  const visitor = await setting.visitor()
  equal(await says(verifier, visitor.token), 'ok')
  // Little by little: no gap is ever long enough to be taken for silence.
  for (let late = 0; late <= 2_500; late += 100) {
    setting.line.delay(late)
    await pause(150)
  }
  await visitor.byToken('POST', `/access/logout/${visitor.code}`)
  const ended = performance.now()
  let lastAccepted = 0
  while (performance.now() - ended < 4_000) {
    if ((await says(verifier, visitor.token)) === 'ok') lastAccepted = performance.now() - ended
    await pause(10)
  }
  setting.line.delay(0)
  ok(lastAccepted < BOUND, `accepted ${lastAccepted} ms after the sign-out`)
  await untilSays(verifier, visitor.token, 'session_ended')
  const other = await setting.visitor()
  await untilSays(verifier, other.token, 'ok')
})

test('On a line that is slow from the start nothing is accepted, since nobody can tell in time', async () => {
  const visitor = await setting.visitor()
  setting.line.delay(1_200)
  const verifier = setting.verifier()
  const began = performance.now()
  while (performance.now() - began < 4_000) {
    ok((await says(verifier, visitor.token)) !== 'ok')
    await pause(20)
  }
  setting.line.delay(0)
  await untilSays(verifier, visitor.token, 'ok')
})

test('While Latchkey stands still everything is refused as silent; when it goes on, it is accepted again', async () => {
  const verifier = setting.verifier()
  await verifier.ready()
  const visitor = await setting.visitor()
  setting.server.process.kill('SIGSTOP')
  try {
    await untilSays(verifier, visitor.token, 'silent')
  } finally {
    setting.server.process.kill('SIGCONT')
  }
  await untilSays(verifier, visitor.token, 'ok')
})

test('With "ask", Latchkey is asked while its endings are not heard, and refusals are its own', async () => {
  const verifier = setting.verifier({ serviceKey: 'no-such-key', whenSilent: 'ask' })
  const [visitor, ended] = [await setting.visitor(), await setting.visitor()]
  await ended.byToken('POST', `/access/logout/${ended.code}`)
  equal(await says(verifier, visitor.token), 'ok')
  equal(await says(verifier, ended.token), 'session_ended')
  setting.line.cut()
  equal(await says(verifier, visitor.token), 'silent')
  setting.line.join()
})

test('With "accept", a genuine token is accepted in silence, and says how long that has lasted', async () => {
  const verifier = setting.verifier({ whenSilent: 'accept' })
  await verifier.ready()
  const visitor = await setting.visitor()
  equal(await says(verifier, visitor.token), 'ok')
  setting.line.cut()
  await until('silence', () => verifier.silence() > BOUND)
  const verdict = await verifier.verify(visitor.token)
  ok(verdict.ok && verdict.freshness > BOUND)
  setting.line.join()
})

test('A wrong service key is told, and nothing is accepted', async () => {
  const faults: Error[] = []
  const verifier = setting.verifier({ serviceKey: 'wrong', onFault: (fault) => void faults.push(fault) })
  await verifier.ready().then(
    () => ok(false, 'it must not be ready'),
    (error: Error) => ok(error.message.includes('latchkey service-key create'), error.message),
  )
  ok(faults.length > 0)
  const visitor = await setting.visitor()
  ok((await says(verifier, visitor.token)) !== 'ok')
})

test('After a change of roles an older token is refused, and a renewed one is accepted at once', async () => {
  const verifier = setting.verifier()
  await verifier.ready()
  const visitor = await setting.visitor()
  equal(await says(verifier, visitor.token), 'ok')
  const { folder } = setting.server
  equal((await runCommand(['user', 'set-roles', visitor.username, 'editor'], { folder })).code, 0)
  await untilSays(verifier, visitor.token, 'expired')
  const renewed = await visitor.plainly('POST', '/access/token')
  const verdict = await verifier.verify(renewed.json.token)
  ok(verdict.ok)
  deepEqual(verdict.principal.roles, ['editor'])
})

test('Keys rotate under use: tokens of the old key stay good, those of the new one are at once', async () => {
  const verifier = setting.verifier()
  await verifier.ready()
  const before = await setting.visitor()
  equal(await says(verifier, before.token), 'ok')
  for (let round = 0; round < 3; round += 1) {
    equal((await runCommand(['signing-key', 'rotate'], { folder: setting.server.folder })).code, 0)
    const fresh = await setting.visitor()
    equal(await says(verifier, fresh.token), 'ok')
  }
  equal(await says(verifier, before.token), 'ok')
})

test('Closed, a verifier accepts nothing any more', async () => {
  const verifier = setting.verifier()
  await verifier.ready()
  const visitor = await setting.visitor()
  equal(await says(verifier, visitor.token), 'ok')
  verifier.close()
  equal(await says(verifier, visitor.token), 'silent')
})

test('A server that is started again goes on where it was, and misses nothing for those who follow', async () => {
  await using own = await startSetting({ LATCHKEY_PUBLIC_URL: 'http://login.example' })
  const { server, serviceKey } = own
  let base = server.url
  const verifier = own.verifier({ fetch: (input, init) => fetch(String(input).replace('http://login.example', base), init), serviceKey })
  await verifier.ready()
  const [ended, living] = [await own.visitor(), await own.visitor()]
  for (const { token } of [ended, living]) equal(await says(verifier, token), 'ok')
  const stopping = performance.now()
  await server.stop()
  ok(performance.now() - stopping < 3_000, 'a stream must not hold up the end')
  await using again = await startServer({ folder: server.folder, env: { LATCHKEY_PUBLIC_URL: 'http://login.example' } })
  await ended.at(again.url).byToken('POST', `/access/logout/${ended.code}`)
  base = again.url
  await untilSays(verifier, living.token, 'ok')
  await untilSays(verifier, ended.token, 'session_ended')
  equal(await says(verifier, living.token), 'ok')
})
