// DBSC for users whom the host signs in itself: the host sends the registration header, and a supporting browser binds the sign-in.

import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { createLatchkey } from '../../src/index.ts'
import { makeDeviceKey, makeDeviceProof, registrationChallengeOf } from '../support/device-keys.ts'

const ORIGIN = 'https://app.example'
const secret = 'a-secret-of-this-test-alone-0123456789'

test('a browser can answer a registration header sent by the host, and then a copy is refused', async () => {
  const latchkey = await createLatchkey({ publicUrl: ORIGIN, databaseUrl: 'sqlite::memory:', secret })
  await latchkey.users.add({ username: 'Mary', password: 'nine-quiet-otters-upstream' })
  const signedIn = await latchkey.users.signIn('Mary', { remember: true })
  ok('user' in signedIn)
  const pairs = (cookies: readonly string[]) => cookies.map((cookie) => cookie.split(';', 1)[0]).join('; ')
  const cookie = pairs(latchkey.cookies(signedIn))
  const challenge = registrationChallengeOf({ headers: { 'secure-session-registration': latchkey.dbscRegistrationHeader(signedIn) ?? '' } })
  ok(challenge)
  const statusOf = async (sent: string) =>
    (await latchkey.handler(new Request(`${ORIGIN}/access/session`, { headers: { cookie: sent } }))).status
  equal(await statusOf(cookie), 200)

  const headers = {
    cookie,
    origin: ORIGIN,
    'sec-fetch-site': 'same-origin',
    'secure-session-response': makeDeviceProof(makeDeviceKey(), { challenge, withKey: true }),
  }
  const bound = await latchkey.handler(new Request(`${ORIGIN}/access/device/register`, { method: 'POST', headers }))
  equal(bound.status, 200)
  equal(await statusOf(`${cookie}; ${pairs(bound.headers.getSetCookie())}`), 200)
  equal(await statusOf(cookie), 401)
  await latchkey.close()
})

test('no binding is offered over http, with delivery by header, and where binding is off', async () => {
  for (const [settings, delivery] of [
    [{ publicUrl: 'http://localhost:3000' }, 'cookie'],
    [{ publicUrl: ORIGIN }, 'header'],
    [{ publicUrl: ORIGIN, deviceBinding: 'off' }, 'cookie'],
  ] as const) {
    const latchkey = await createLatchkey({ ...settings, databaseUrl: 'sqlite::memory:', secret })
    await latchkey.users.add({ username: 'Mary', password: 'nine-quiet-otters-upstream' })
    const signedIn = await latchkey.users.signIn('Mary', { delivery })
    ok('user' in signedIn)
    equal(latchkey.dbscRegistrationHeader(signedIn), undefined)
    await latchkey.close()
  }
})
