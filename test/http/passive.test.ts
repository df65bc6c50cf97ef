// X-Latchkey-Passive: a request that the page makes by itself does not extend its session.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routes } from '../../src/http/routes/index.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { register, type SignedInUser } from '../support/users.ts'
import { pathOf } from './support.ts'

const MINUTE = 60_000
const START = '2026-05-03T12:00:00.000Z'
const LATER = '2026-05-03T12:05:00.000Z'

/** Routes that authenticate and leave the session as it is. */
const readingRoutes = routes.filter(
  ({ path, auth }) => auth !== 'none' && auth !== 'allowed-origin' && auth !== 'service-key' && !path.startsWith('/access/logout'),
)

/** The session's lastSeenAt, read without extending the session. */
async function lastSeen(latchkey: InProcess, { token: authorization }: SignedInUser): Promise<string> {
  const { json } = await latchkey.call('GET', '/access/session', { headers: { authorization, 'x-latchkey-passive': '1' } })
  return json.session.lastSeenAt
}

for (const { method, path } of readingRoutes.map((route) => ({ method: route.method, path: pathOf(route) }))) {
  test(`${method} ${path} touches the session unless it is passive`, async () => {
    await using latchkey = await startInProcess({ tokenLifetime: '10m' })
    const alice = await register(latchkey)
    latchkey.clock.advance(5 * MINUTE)
    const headers = path === '/access/token' ? { cookie: alice.session } : { authorization: alice.token }
    await latchkey.call(method, path, { headers: { ...headers, 'x-latchkey-passive': '1' } })
    assert.equal(await lastSeen(latchkey, alice), START)
    for (const value of ['0', 'true', '']) {
      await latchkey.call(method, path, { headers: { ...headers, 'x-latchkey-passive': value } })
      assert.equal(await lastSeen(latchkey, alice), LATER, value)
    }
  })
}

test('passive requests do not keep a session from going idle, by cookie, session in the header and token', async () => {
  for (const kind of ['cookie', 'session', 'token'] as const) {
    await using latchkey = await startInProcess({ tokenLifetime: '1h' })
    const alice = await register(latchkey)
    const value = alice.jar.latchkey_session ?? ''
    const credential = {
      cookie: { cookie: alice.session },
      session: { authorization: `Session ${value}` },
      token: { authorization: alice.token },
    }[kind]
    const ask = () => latchkey.call('GET', '/access/session', { headers: { ...credential, 'x-latchkey-passive': '1' } })
    latchkey.clock.advance(20 * MINUTE - 1)
    assert.equal((await ask()).status, 200, kind)
    latchkey.clock.advance(1)
    assert.equal((await ask()).status, 401, kind)
  }
})
