// Login CSRF: a page of another site cannot sign a user in as another user, nor sign a user out.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startInProcess } from '../support/in-process.ts'
import { ALICE, register } from '../support/users.ts'

const MALLORY = { username: 'Mallory', password: 'seven-grey-herons-at-dusk' }
const FORM = `username=${MALLORY.username}&password=${MALLORY.password}`
/** A form field whose name and value together are JSON. */
const JSON_IN_A_FORM = `{"username":"${MALLORY.username}","password":"${MALLORY.password}","x":"="}`

/** Requests that a page of another site can make a browser send, by form, script or link. */
const SENT: readonly (readonly [string, Readonly<Record<string, string>>, string, string])[] = [
  ['a form', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }, 'application/x-www-form-urlencoded', FORM],
  ['a form of plain text', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }, 'text/plain', JSON_IN_A_FORM],
  ['a form from a sandbox', { origin: 'null', 'sec-fetch-site': 'cross-site' }, 'text/plain', JSON_IN_A_FORM],
  ['a form in a browser without Sec-Fetch-Site', { origin: 'https://evil.test' }, 'text/plain', JSON_IN_A_FORM],
  ['a form in a browser that sends neither header', {}, 'text/plain', JSON_IN_A_FORM],
  ['a form with parts in such a browser', {}, 'multipart/form-data; boundary=x', JSON_IN_A_FORM],
  ['a script without CORS', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }, 'text/plain;charset=UTF-8', JSON_IN_A_FORM],
  ['a script with JSON', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }, 'application/json', JSON.stringify(MALLORY)],
  ['a sibling sub-domain', { origin: 'http://evil.localhost:3000', 'sec-fetch-site': 'same-site' }, 'application/json', '{}'],
  ['a beacon', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }, 'application/json', JSON.stringify(MALLORY)],
]

for (const [source, headers, type, body] of SENT) {
  test(`${source} cannot sign a user in or out`, async () => {
    await using latchkey = await startInProcess()
    await register(latchkey, MALLORY)
    const alice = await register(latchkey, { remember: true })
    latchkey.resetCounts()
    for (const path of ['/access/login', '/access/register', '/access/token']) {
      for (const cookie of [alice.cookies, '']) {
        const sent = cookie === '' ? headers : { ...headers, cookie }
        const answer = await latchkey.call('POST', path, { headers: sent, body, type })
        // Without both headers it is no current browser, and a session may be renewed by its holder.
        if (path === '/access/token' && Object.keys(headers).length === 0) continue
        assert.ok([401, 403, 415].includes(answer.status), `${path} ${answer.status}`)
        assert.deepEqual(answer.cookies, [])
      }
    }
    assert.equal(latchkey.counts.hashes, 0)
    const { json } = await latchkey.call('GET', '/access/session', { headers: { cookie: alice.session } })
    assert.equal(json.user.username, ALICE.username)
  })
}

test('a link cannot sign in: username and password are not read from a URL', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey, MALLORY)
  for (const path of ['/access/login', '/access/register', '/access/token']) {
    const byLink = await latchkey.call('GET', `${path}?${FORM}`, { headers: { 'sec-fetch-site': 'none' } })
    assert.deepEqual([byLink.status, byLink.json.code, byLink.cookies], [405, 'method.not_allowed', []])
  }
  const posted = await latchkey.call('POST', `/access/login?${FORM}`, { body: {} })
  assert.deepEqual([posted.status, posted.json.field], [422, 'username'])
})

test('a registration refused before the username is looked up does not reveal which names exist', async () => {
  await using latchkey = await startInProcess()
  await register(latchkey)
  const refusals = [{ password: 'short' }, { email: 'invalid' }, { more: 1 }, { remember: true, delivery: 'header' }]
  for (const wrong of refusals) {
    const bodies = await Promise.all(
      [ALICE.username, 'Unknown'].map(async (username) => {
        const { status, body } = await latchkey.call('POST', '/access/register', { body: { ...ALICE, username, ...wrong } })
        return `${status} ${body}`
      }),
    )
    assert.equal(bodies[0], bodies[1])
    assert.match(bodies[0] ?? '', /^422/)
  }
})
