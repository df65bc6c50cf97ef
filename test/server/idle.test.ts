// The idle timeout on a real clock, in one server and across two.

import { equal, ok } from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type RunningServer, startServer } from '../support/server.ts'
import { TestClient } from '../support/test-client.ts'

const TIMEOUT = 2_000
const SILENCE = 2_300
const ENV = { LATCHKEY_SESSION_IDLE_TIMEOUT: '2s', LATCHKEY_PUBLIC_URL: 'http://localhost:4999' }

let [a, b]: RunningServer[] = []
before(async () => {
  a = await startServer({ env: ENV })
  // The second one serves the same file, with the secret beside it.
  b = await startServer({ env: { ...ENV, DATABASE_URL: `sqlite:${join(a.folder, 'latchkey.db')}` } })
})
after(async () => {
  await b?.[Symbol.asyncDispose]()
  await a?.[Symbol.asyncDispose]()
})

async function signedIn(name: string): Promise<TestClient> {
  const visitor = new TestClient(a?.url ?? '')
  await visitor.register(name)
  return visitor
}

/** Uses something every 400 ms for so long, and expects it to work each time. */
async function useFor(milliseconds: number, use: () => Promise<{ status: number; text: string }>): Promise<void> {
  for (const end = Date.now() + milliseconds; Date.now() < end; await pause(400)) {
    const { status, text } = await use()
    equal(status, 200, text)
  }
}

async function refusedAsIdle(visitor: TestClient): Promise<void> {
  const { status, json } = await visitor.callWithCookies('GET', '/access/session')
  equal(status, 401)
  equal(json.reason, 'idle')
}

describe('A session with an idle timeout of 2 s', { concurrency: true }, () => {
  test('is refused as idle after 2 s of silence, in the server that knew it and in the other', async () => {
    const visitor = await signedIn('silent')
    await pause(TIMEOUT - 500)
    equal(
      (await visitor.forServer(b?.url ?? '').callWithCookies('GET', '/access/session', { headers: { 'x-latchkey-passive': '1' } })).status,
      200,
    )
    await pause(SILENCE - TIMEOUT + 500)
    await refusedAsIdle(visitor)
    await refusedAsIdle(visitor.forServer(b?.url ?? ''))
    const token = await visitor.callWithToken('GET', '/access/session')
    equal(token.json.reason, 'session_ended')
  })

  test('lives on as long as its cookie is used', async () => {
    const visitor = await signedIn('server.busy')
    await useFor(5_000, () => visitor.callWithCookies('GET', '/access/session'))
    await pause(SILENCE)
    await refusedAsIdle(visitor)
  })

  test('lives on as long as its token is used', async () => {
    const visitor = await signedIn('token')
    await useFor(5_000, () => visitor.callWithToken('GET', '/access/session'))
    equal((await visitor.callWithCookies('GET', '/access/session')).status, 200)
  })

  test('is not kept alive by passive requests', async () => {
    const visitor = await signedIn('passive')
    let refused = 0
    for (const end = Date.now() + SILENCE; Date.now() < end; await pause(300)) {
      const { status } = await visitor.callWithCookies('GET', '/access/session', { headers: { 'x-latchkey-passive': '1' } })
      if (status === 401) refused += 1
    }
    await refusedAsIdle(visitor)
    ok(refused <= 1, 'it was refused before its time')
  })

  test('that is used in one server only is refused by neither, by cookie or by token', async () => {
    const visitor = await signedIn('wanderer')
    // Both servers know it before it goes to one of them alone.
    const there = visitor.forServer(b?.url ?? '')
    equal((await visitor.callWithToken('GET', '/access/session')).status, 200)
    equal((await there.callWithToken('GET', '/access/session')).status, 200)
    await useFor(3_200, () => there.callWithCookies('GET', '/access/session'))
    equal((await visitor.callWithCookies('GET', '/access/session', { headers: { 'x-latchkey-passive': '1' } })).status, 200)
    await useFor(3_200, () => there.callWithToken('GET', '/access/session'))
    equal((await visitor.callWithToken('GET', '/access/session', { headers: { 'x-latchkey-passive': '1' } })).status, 200)
    await pause(SILENCE)
    await refusedAsIdle(visitor)
    await refusedAsIdle(there)
  })
})
