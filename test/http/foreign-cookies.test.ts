// Two Latchkeys on two ports of one host: cookies ignore ports, so they sign each other out. The one that gets the other's cookie warns
// once and names the setting that separates them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CookieJarClient } from '../support/cookie-jar-client.ts'
import { type InProcess, startInProcess } from '../support/in-process.ts'
import { ALICE, login, register } from '../support/users.ts'

async function listening(port: number, settings: Parameters<typeof startInProcess>[0] = {}): Promise<[InProcess, string[]]> {
  const warnings: string[] = []
  const latchkey = await startInProcess(
    { secret: `the-secret-of-the-one-at-port-${port}`, ...settings },
    {
      publicUrl: `http://localhost:${port}`,
      onWarning: (warning) => warnings.push(warning),
    },
  )
  return [latchkey, warnings]
}

test('warns once of another Latchkey on localhost with the same cookie name, naming the setting, not the cookie', async () => {
  const [shop, ofShop] = await listening(3000)
  const [staff, ofStaff] = await listening(3001)
  const browser = new CookieJarClient()
  await browser.call(shop, 'POST', '/access/register', { body: { ...ALICE, remember: true } })
  assert.equal((await browser.call(shop, 'GET', '/access/session')).status, 200)
  assert.deepEqual([ofShop, ofStaff], [[], []])
  for (const [method, path] of [
    ['GET', '/access/session'],
    ['POST', '/access/token'],
    ['GET', '/access/session'],
  ] as const)
    assert.equal((await browser.call(staff, method, path)).status, 401)
  assert.equal(ofStaff.length, 1)
  const [warning = ''] = ofStaff
  assert.match(warning, /http:\/\/localhost:3001 received a cookie latchkey_session/)
  assert.match(warning, /LATCHKEY_COOKIE_NAME \(here it is "latchkey"\)/)
  for (const value of await browser.values('latchkey_session', 'http://localhost:3000')) assert.ok(!warning.includes(value.slice(0, 8)))
  await browser.call(staff, 'POST', '/access/register', { body: ALICE })
  assert.equal((await browser.call(shop, 'GET', '/access/session')).status, 401, 'signed out by the other')
  assert.equal(ofShop.length, 1)
  for (const latchkey of [shop, staff]) await latchkey.engine.stop()
})

test('warns at a sign-in that overwrites the other’s cookie, and for duplicates', async () => {
  const [shop] = await listening(3000)
  const [staff, ofStaff] = await listening(3001)
  const [other, ofOther] = await listening(3002)
  const { cookies: cookie } = await register(shop, { remember: true })
  await register(staff, {}, { headers: { cookie } })
  assert.equal(ofStaff.length, 1)
  const own = await register(other)
  assert.equal((await other.call('GET', '/access/session', { headers: { cookie: `${cookie}; ${own.session}` } })).status, 200)
  assert.equal(ofOther.length, 1)
  for (const latchkey of [shop, staff, other]) await latchkey.engine.stop()
})

test('does not warn of other cookies, of revoked credentials, or of credentials in the header', async () => {
  const [shop, warnings] = await listening(3000)
  const [staff] = await listening(3001)
  const alice = await register(shop, { remember: true })
  const foreign = (await register(staff)).session.split('=')[1]
  await shop.call('POST', `/access/logout/${alice.userId}`, { headers: { authorization: alice.token } })
  const requests = [
    { cookie: alice.cookies },
    { cookie: 'latchkey_session=; latchkey_remember=x' },
    { cookie: `latchkey_session=${alice.token}` },
    { cookie: 'latchkey_session=abc.def; latchkey_session=s%3Aabc' },
    { authorization: `Session ${foreign}` },
  ]
  for (const headers of requests) {
    await shop.call('GET', '/access/session', { headers })
    await shop.call('POST', '/access/token', { headers })
  }
  await login(shop, {}, { headers: { cookie: alice.cookies } })
  assert.deepEqual(warnings, [])
  for (const latchkey of [shop, staff]) await latchkey.engine.stop()
})
