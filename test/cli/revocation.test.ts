// Tests that a running server refuses what an operator's command revokes within a second, also from its credential cache.

import { deepEqual, equal, ok } from 'node:assert/strict'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type CommandResult, type RunningServer, runCommand, startServer } from '../support/server.ts'
import { PASSWORD, TestClient, type TestResponse } from '../support/test-client.ts'
import { waitFor } from '../support/wait-for.ts'

const MAX_DELAY_MS = 1_000

let server: RunningServer
before(async () => {
  server = await startServer()
})
after(() => server[Symbol.asyncDispose]())

async function command(args: readonly string[], input = ''): Promise<CommandResult> {
  const result = await runCommand(args, { folder: server.folder, input })
  equal(result.code, 0, result.stderr)
  return result
}

/** A signed-in client whose cookie and token are in the credential cache of the server. */
async function signInAndWarm(name: string): Promise<TestClient> {
  const visitor = new TestClient(server.url)
  await visitor.register(name, { remember: true })
  for (let round = 0; round < 3; round += 1) {
    equal((await visitor.callWithCookies('GET', '/access/session')).status, 200)
    equal((await visitor.callWithToken('GET', '/access/session')).status, 200)
  }
  return visitor
}

/** The time of the latest entry of the revocation log, in milliseconds since 1970. */
function latestEntry(): number {
  const database = new DatabaseSync(join(server.folder, 'latchkey.db'), { readOnly: true })
  const row = database.prepare('SELECT at FROM latchkey_revocations ORDER BY position DESC LIMIT 1').get()
  database.close()
  return Number(row?.at)
}

/** Sends requests until the response is the expected one, while the command runs; the delay after the entry in the log. */
async function delayOf(
  what: string,
  ask: () => Promise<TestResponse>,
  isExpected: (reply: TestResponse) => boolean,
  act: () => Promise<unknown>,
) {
  let done = false
  const acting = act().finally(() => {
    done = true
  })
  let seenAt = 0
  for (let deadline = Number.POSITIVE_INFINITY; seenAt === 0; await pause(2)) {
    const reply = await ask()
    if (isExpected(reply)) seenAt = Date.now()
    if (done) deadline = Math.min(deadline, Date.now() + 2 * MAX_DELAY_MS)
    if (Date.now() > deadline) break
  }
  await acting
  ok(seenAt > 0, `${what}: timed out`)
  return seenAt - latestEntry()
}

test('a running server refuses what an operator revokes within a second', async (t) => {
  async function measure(
    what: string,
    ask: () => Promise<TestResponse>,
    isExpected: (reply: TestResponse) => boolean,
    act: () => Promise<unknown>,
  ) {
    const delay = await delayOf(what, ask, isExpected, act)
    t.diagnostic(`${what}: ${delay} ms`)
    ok(delay < MAX_DELAY_MS, `${what} took ${delay} ms`)
  }
  const refused = ({ status }: TestResponse) => status === 401

  await t.test('session revoke ID, with a cached token', async () => {
    const visitor = await signInAndWarm('token-one')
    const ask = () => visitor.callWithToken('GET', '/access/session')
    await measure('session revoke ID to cached token', ask, refused, () => command(['session', 'revoke', visitor.sid]))
    equal((await ask()).json.reason, 'session_ended')
    const plain = await visitor.callWithCookies('GET', '/access/session')
    deepEqual([plain.json.reason, plain.json.refreshable], ['revoked', true], 'the remember-me login was not revoked')
  })

  await t.test('session revoke ID of a remember-me login, with a cached cookie', async () => {
    const visitor = await signInAndWarm('cookie-one')
    const { json } = await visitor.callWithCookies('GET', '/access/sessions')
    const { id } = json.find(({ kind }: { kind: string }) => kind === 'remember_me')
    const ask = () => visitor.callWithCookies('GET', '/access/session')
    await measure('session revoke ID to cached cookie', ask, refused, () => command(['session', 'revoke', id]))
    equal((await visitor.callWithToken('GET', '/access/session')).json.reason, 'session_ended')
    equal((await visitor.callWithCookies('POST', '/access/token')).json.reason, 'revoked')
  })

  await t.test('session revoke --user, on every device', async () => {
    const visitor = await signInAndWarm('everywhere')
    const other = new TestClient(server.url)
    await other.login('everywhere')
    const ask = () => other.callWithCookies('GET', '/access/session')
    await measure('session revoke --user', ask, refused, () => command(['session', 'revoke', '--user', 'everywhere']))
    equal((await visitor.callWithCookies('GET', '/access/session')).json.reason, 'revoked')
    equal((await visitor.callWithCookies('POST', '/access/token')).json.reason, 'revoked')
  })

  await t.test('user disable; after enable, the user can sign in again', async () => {
    const visitor = await signInAndWarm('disabled-one')
    const ask = () => visitor.callWithToken('GET', '/access/session')
    await measure('user disable', ask, refused, () => command(['user', 'disable', 'disabled-one']))
    const body = { username: 'disabled-one', password: 'blue-tulip-under-7-moons' }
    equal((await new TestClient(server.url).callWithCookies('POST', '/access/login', { body })).json.code, 'credentials.invalid')
    equal((await visitor.callWithCookies('POST', '/access/token')).status, 401)
    await command(['user', 'enable', 'disabled-one'])
    await visitor.login('disabled-one')
    equal((await ask()).status, 200)
  })

  await t.test('user set-password; only the new password signs in', async () => {
    const visitor = await signInAndWarm('new-password')
    const ask = () => visitor.callWithCookies('GET', '/access/session')
    const next = 'seven-moons-over-a-tulip'
    await measure('user set-password', ask, refused, () => command(['user', 'set-password', 'new-password'], `${next}\n`))
    const body = { username: 'new-password', password: 'blue-tulip-under-7-moons' }
    equal((await visitor.callWithCookies('POST', '/access/login', { body })).json.code, 'credentials.invalid')
    await visitor.login('new-password', { password: next })
  })

  await t.test('user delete; the name stays reserved until an operator assigns it again', async () => {
    const visitor = await signInAndWarm('gone')
    const ask = () => visitor.callWithToken('GET', '/access/session')
    await measure('user delete', ask, refused, () => command(['user', 'delete', 'gone']))
    const again = new TestClient(server.url)
    const refusal = await again.callWithCookies('POST', '/access/register', { body: { username: 'gone', password: PASSWORD } })
    deepEqual([refusal.status, refusal.json.code], [409, 'username.taken'])
    await command(['user', 'add', 'gone', '--reuse-name'], `${PASSWORD}\n`)
    await again.login('gone')
    ok(again.userId !== visitor.userId)
  })

  await t.test('user set-roles; older tokens must be renewed, and the cookie has the new roles', async () => {
    const visitor = await signInAndWarm('promoted')
    const ask = () => visitor.callWithToken('GET', '/access/session')
    await measure('user set-roles', ask, refused, () => command(['user', 'set-roles', 'promoted', 'admin']))
    equal((await ask()).json.reason, 'expired')
    deepEqual((await visitor.callWithCookies('GET', '/access/session')).json.user.roles, ['admin'])
    await visitor.refreshToken()
    deepEqual((await ask()).json.user.roles, ['admin'])
    await command(['user', 'set-roles', 'promoted'])
    await waitFor('the role to be gone', async () => (await visitor.callWithCookies('GET', '/access/session')).json.user.roles.length === 0)
  })

  await t.test('signing-key rotate; new tokens have the new key, and older tokens stay valid', async () => {
    const visitor = await signInAndWarm('rotated')
    const { token } = visitor
    const kidOf = ({ json }: TestResponse) => JSON.parse(Buffer.from(String(json.token).split('.')[0] ?? '', 'base64url').toString()).kid
    const ask = () => visitor.callWithCookies('POST', '/access/token')
    const before = kidOf(await ask())
    const published = async () =>
      (await visitor.callWithCookies('GET', '/.well-known/jwks.json')).json.keys.map(({ kid }: { kid: string }) => kid)
    const keysBefore = await published()
    await measure(
      'signing-key rotate',
      ask,
      (reply) => kidOf(reply) !== before,
      () => command(['signing-key', 'rotate']),
    )
    const signingKid = kidOf(await ask())
    ok(keysBefore.includes(signingKid), 'the new signing key was published before')
    ok((await published()).includes(before), 'the previous signing key is still published')
    visitor.token = token
    equal((await visitor.callWithToken('GET', '/access/session')).status, 200)
  })
})
