// The full flow with curl and a cookie jar file.

import { deepEqual, equal, match } from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { exec } from '../support/exec.ts'
import { type RunningServer, startServer } from '../support/server.ts'

let server: RunningServer
let jar = ''
before(async () => {
  server = await startServer()
  jar = join(server.folder, 'jar.txt')
})
after(() => server[Symbol.asyncDispose]())

const CREDENTIALS = { username: 'Carla', password: 'blue-tulip-under-7-moons' }

async function curl(path: string, ...args: readonly string[]) {
  const text = await exec('curl', ['--silent', '--show-error', '--cookie', jar, '--cookie-jar', jar, ...args, server.publicUrl + path])
  return text === '' ? undefined : JSON.parse(text)
}

function json(body: unknown): readonly string[] {
  return ['--json', JSON.stringify(body)]
}

function authorization(value: string): readonly string[] {
  return ['--header', `Authorization: ${value}`]
}

/** The expiry of each cookie in the jar; 0 is a session cookie. */
async function expiries(): Promise<ReadonlyMap<string, number>> {
  const lines = (await readFile(jar, 'utf8')).split('\n').filter((line) => line.includes('\tlatchkey_'))
  return new Map(lines.map((line) => [line.split('\t')[5] ?? '', Number(line.split('\t')[4])]))
}

test('curl completes the full flow with a cookie jar file', async (t) => {
  let token = ''
  let userId = ''

  await t.test('registration sets a session cookie without expiry and a remember-me cookie with one', async () => {
    const signedIn = await curl('/access/register', ...json({ ...CREDENTIALS, remember: true }))
    token = signedIn.token
    userId = signedIn.user.id
    const cookies = await expiries()
    equal(cookies.get('latchkey_session'), 0)
    match(String(cookies.get('latchkey_remember')), /^[1-9]\d+$/)
    const text = await readFile(jar, 'utf8')
    equal(
      text.includes(CREDENTIALS.password) || text.includes(CREDENTIALS.username) || text.includes(userId),
      false,
      'the jar contains nothing about the user',
    )
    match(text, /#HttpOnly_localhost/)
  })

  await t.test('the cookie alone can read, but not change anything', async () => {
    equal((await curl('/access/session')).via, 'cookie')
    equal((await curl(`/access/logout/${userId}`)).code, 'csrf.header_required')
    equal((await curl('/access/audit-events', ...json({ action: 'order.placed' }))).code, 'csrf.header_required')
  })

  await t.test('the token works bare and as a bearer token', async () => {
    equal((await curl('/access/session', ...authorization(token))).via, 'token')
    equal((await curl('/access/session', ...authorization(`Bearer ${token}`))).via, 'token')
  })

  await t.test('without the session cookie, the remember-me login signs in again', async () => {
    const lines = (await readFile(jar, 'utf8')).split('\n')
    await writeFile(jar, lines.filter((line) => !line.includes('latchkey_session')).join('\n'))
    const first = await curl('/access/session')
    deepEqual([first.code, first.reason, first.refreshable], ['session.required', 'none', true])
    const signedIn = await curl('/access/token', '--request', 'POST')
    equal(signedIn.user.username, CREDENTIALS.username)
    token = signedIn.token
    equal((await curl('/access/session')).session.id, signedIn.session.id)
  })

  await t.test('after a password change only the new password signs in', async () => {
    const next = 'moons-above-a-blue-tulip'
    const changed = await curl('/access/password', ...authorization(token), ...json({ current: CREDENTIALS.password, next }))
    equal(changed.user.id, userId)
    equal((await curl('/access/login', ...json(CREDENTIALS))).code, 'credentials.invalid')
    const signedIn = await curl('/access/login', ...json({ ...CREDENTIALS, password: next }))
    token = signedIn.token
  })

  await t.test('logout with the token in the header clears every credential cookie', async () => {
    const headers = join(server.folder, 'headers.txt')
    const out = await curl(`/access/logout/${userId}?everywhere=true`, ...authorization(token), '--dump-header', headers)
    deepEqual(out, { ended: { sessions: 1, rememberMe: 0 } })
    const cleared = (await readFile(headers, 'utf8')).matchAll(/^set-cookie: (\w+)=; Max-Age=0; Path=\//gm)
    // The cookie that was sent is expired at the path of the request too.
    deepEqual([...new Set([...cleared].map(([, name]) => name))], ['latchkey_session', 'latchkey_remember', 'latchkey_data'])
    equal((await curl('/access/session', ...authorization(token))).reason, 'session_ended')
    // Some versions of curl keep an expired cookie when they read and write the same file: its value is useless.
    match((await curl('/access/session')).reason, /^(none|revoked)$/)
    match((await curl('/access/token', '--request', 'POST')).reason, /^(none|revoked)$/)
  })
})
