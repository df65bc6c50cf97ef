// The idle timeout on a real clock, in one server and across two.

import { equal, ok } from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type RunningServer, startServer } from '../support/server.ts'
import { TestClient } from '../support/test-client.ts'

const TIMEOUT = 2_000
const IDLE_TIME = 2_300
const ENV = { LATCHKEY_SESSION_IDLE_TIMEOUT: '2s', LATCHKEY_PUBLIC_URL: 'http://localhost:4999' }

let [a, b]: RunningServer[] = []
before(async () => {
  a = await startServer({ env: ENV })
  // The second one uses the same database file, with the secret beside it.
  b = await startServer({ env: { ...ENV, DATABASE_URL: `sqlite:${join(a.folder, 'latchkey.db')}` } })
})
after(async () => {
  await b?.[Symbol.asyncDispose]()
  await a?.[Symbol.asyncDispose]()
})

async function signedIn(name: string): Promise<TestClient> {
  const client = new TestClient(a?.url ?? '')
  await client.register(name)
  return client
}

/** Sends a request every 400 ms for this long, and expects each to succeed. */
async function useFor(milliseconds: number, use: () => Promise<{ status: number; text: string }>): Promise<void> {
  for (const end = Date.now() + milliseconds; Date.now() < end; await pause(400)) {
    const { status, text } = await use()
    equal(status, 200, text)
  }
}

async function assertIdle(client: TestClient): Promise<void> {
  const { status, json } = await client.callWithCookies('GET', '/access/session')
  equal(status, 401)
  equal(json.reason, 'idle')
}

describe('A session with an idle timeout of 2 s', { concurrency: true }, () => {
  test('is refused as idle after 2 s without use, in the server that cached it and in the other', async () => {
    const client = await signedIn('silent')
    await pause(TIMEOUT - 500)
    equal(
      (await client.forServer(b?.url ?? '').callWithCookies('GET', '/access/session', { headers: { 'x-latchkey-passive': '1' } })).status,
      200,
    )
    await pause(IDLE_TIME - TIMEOUT + 500)
    await assertIdle(client)
    await assertIdle(client.forServer(b?.url ?? ''))
    const token = await client.callWithToken('GET', '/access/session')
    equal(token.json.reason, 'session_ended')
  })

  test('stays valid as long as its cookie is used', async () => {
    const client = await signedIn('server.busy')
    await useFor(5_000, () => client.callWithCookies('GET', '/access/session'))
    await pause(IDLE_TIME)
    await assertIdle(client)
  })

  test('stays valid as long as its token is used', async () => {
    const client = await signedIn('token')
    await useFor(5_000, () => client.callWithToken('GET', '/access/session'))
    equal((await client.callWithCookies('GET', '/access/session')).status, 200)
  })

  test('is not kept alive by passive requests', async () => {
    const client = await signedIn('passive')
    let refused = 0
    for (const end = Date.now() + IDLE_TIME; Date.now() < end; await pause(300)) {
      const { status } = await client.callWithCookies('GET', '/access/session', { headers: { 'x-latchkey-passive': '1' } })
      if (status === 401) refused += 1
    }
    await assertIdle(client)
    ok(refused <= 1, 'it was refused too early')
  })

  test('used in one server only is refused by neither server, by cookie or token', async () => {
    const client = await signedIn('wanderer')
    // Both servers cache it before only one of them is used.
    const there = client.forServer(b?.url ?? '')
    equal((await client.callWithToken('GET', '/access/session')).status, 200)
    equal((await there.callWithToken('GET', '/access/session')).status, 200)
    await useFor(3_200, () => there.callWithCookies('GET', '/access/session'))
    equal((await client.callWithCookies('GET', '/access/session', { headers: { 'x-latchkey-passive': '1' } })).status, 200)
    await useFor(3_200, () => there.callWithToken('GET', '/access/session'))
    equal((await client.callWithToken('GET', '/access/session', { headers: { 'x-latchkey-passive': '1' } })).status, 200)
    await pause(IDLE_TIME)
    await assertIdle(client)
    await assertIdle(there)
  })
})
