// The handler behind the Fetch API's Request and Response: no cookie or body is lost or joined.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fetchHandler } from '../../src/http/fetch.ts'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

const URL_OF = (path: string) => `http://localhost:3000${path}`

function json(body: unknown, init: RequestInit = {}): RequestInit {
  return { method: 'POST', body: JSON.stringify(body), ...init, headers: { 'content-type': 'application/json', ...init.headers } }
}

test('sign-in and logout work over Request and Response, with one header for each cookie', async () => {
  await using latchkey = await startInProcess()
  const answerTo = fetchHandler(latchkey.handle)
  const signedIn = await answerTo(new Request(URL_OF('/access/register'), json({ ...ALICE, remember: true })), { address: '198.51.100.7' })
  assert.equal(signedIn.status, 201)
  assert.deepEqual(
    signedIn.headers.getSetCookie().map((cookie) => cookie.split('=')[0]),
    ['latchkey_session', 'latchkey_remember', 'latchkey_known'],
  )
  const { token, user } = (await signedIn.json()) as { token: string; user: { id: string } }
  const sessions = await answerTo(new Request(URL_OF('/access/sessions'), { headers: { authorization: token } }))
  const [first] = (await sessions.json()) as { ip: string }[]
  assert.equal(first?.ip, '198.51.100.7')
  const out = await answerTo(new Request(URL_OF(`/access/logout/${user.id}?everywhere=true`), { headers: { authorization: token } }))
  assert.deepEqual(await out.json(), { ended: { sessions: 1, rememberMe: 1 } })
})

test('a response without content has no body, nor has one to HEAD', async () => {
  await using latchkey = await startInProcess()
  const answerTo = fetchHandler(latchkey.handle)
  for (const [method, status] of [
    ['OPTIONS', 204],
    ['HEAD', 200],
  ] as const) {
    const answer = await answerTo(new Request(URL_OF('/livez'), { method }))
    assert.deepEqual([answer.status, answer.body], [status, null])
  }
})

test('a body that is too large is refused before it is fully sent', async () => {
  await using latchkey = await startInProcess()
  let sent = 0
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1
      controller.enqueue(new Uint8Array(16 * 1024).fill(0x20))
    },
    cancel() {
      cancelled = true
    },
  })
  const request = new Request(URL_OF('/access/login'), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
    duplex: 'half',
  } as RequestInit)
  const answer = await fetchHandler(latchkey.handle)(request)
  assert.equal(answer.status, 413)
  assert.equal(cancelled, true)
  assert.ok(sent <= 8, String(sent))
})

test('a body in many chunks is joined, and a request without a body has none', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const bytes = new TextEncoder().encode(JSON.stringify(ALICE))
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
      controller.close()
    },
  })
  const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const answerTo = fetchHandler(latchkey.handle)
  assert.equal((await answerTo(new Request(URL_OF('/access/login'), { ...init, body, duplex: 'half' } as RequestInit))).status, 200)
  assert.equal((await answerTo(new Request(URL_OF('/access/login'), init))).status, 400)
})

test('a duplicate header is recognized as duplicate', async () => {
  await using latchkey = await startInProcess()
  const { token, session } = await register(latchkey)
  const twice = async (name: string, value: string) => {
    const headers = new Headers()
    headers.append(name, value)
    headers.append(name, value)
    const answer = await fetchHandler(latchkey.handle)(new Request(URL_OF('/access/session'), { headers }))
    return [answer.status, ((await answer.json()) as { reason?: string }).reason]
  }
  assert.deepEqual(await twice('authorization', token), [400, 'duplicate_header'])
  assert.deepEqual(await twice('cookie', session), [200, undefined])
})

test('a client that disconnects while sending its body causes no server error', async () => {
  await using latchkey = await startInProcess()
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.error(new Error('gone'))
    },
  })
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' } as RequestInit
  assert.equal((await fetchHandler(latchkey.handle)(new Request(URL_OF('/access/login'), init))).status, 413)
})
