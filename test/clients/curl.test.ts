// The whole story, told by curl with a jar file.

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

const WHO = { username: 'Carla', password: 'blue-tulip-under-7-moons' }

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

/** The lines of the jar, name by expiry; 0 is a cookie that goes with the browser. */
async function expiries(): Promise<ReadonlyMap<string, number>> {
  const lines = (await readFile(jar, 'utf8')).split('\n').filter((line) => line.includes('\tlatchkey_'))
  return new Map(lines.map((line) => [line.split('\t')[5] ?? '', Number(line.split('\t')[4])]))
}

test('curl goes through the whole story with a jar file', async (t) => {
  let token = ''
  let code = ''

  await t.test('It registers, and its jar holds a session cookie without expiry, and a remembered login with one', async () => {
    const signedIn = await curl('/access/register', ...json({ ...WHO, remember: true }))
    token = signedIn.token
    code = signedIn.user.id
    const kept = await expiries()
    equal(kept.get('latchkey_session'), 0)
    match(String(kept.get('latchkey_remember')), /^[1-9]\d+$/)
    const text = await readFile(jar, 'utf8')
    equal(text.includes(WHO.password) || text.includes(WHO.username) || text.includes(code), false, 'the jar says nothing of the user')
    match(text, /#HttpOnly_localhost/)
  })

  await t.test('The cookie alone reads, and changes nothing', async () => {
    equal((await curl('/access/session')).via, 'cookie')
    equal((await curl(`/access/logout/${code}`)).code, 'csrf.header_required')
    equal((await curl('/access/audit-events', ...json({ action: 'order.placed' }))).code, 'csrf.header_required')
  })

  await t.test('The token works bare and as a bearer token', async () => {
    equal((await curl('/access/session', ...authorization(token))).via, 'token')
    equal((await curl('/access/session', ...authorization(`Bearer ${token}`))).via, 'token')
  })

  await t.test('The browser closes: without its session cookie, the jar signs in again', async () => {
    const lines = (await readFile(jar, 'utf8')).split('\n')
    await writeFile(jar, lines.filter((line) => !line.includes('latchkey_session')).join('\n'))
    const first = await curl('/access/session')
    deepEqual([first.code, first.reason, first.refreshable], ['session.required', 'none', true])
    const signedIn = await curl('/access/token', '--request', 'POST')
    equal(signedIn.user.username, WHO.username)
    token = signedIn.token
    equal((await curl('/access/session')).session.id, signedIn.session.id)
  })

  await t.test('It changes the password, and signs in with the new one alone', async () => {
    const next = 'moons-above-a-blue-tulip'
    const changed = await curl('/access/password', ...authorization(token), ...json({ current: WHO.password, next }))
    equal(changed.user.id, code)
    equal((await curl('/access/login', ...json(WHO))).code, 'credentials.invalid')
    const signedIn = await curl('/access/login', ...json({ ...WHO, password: next }))
    token = signedIn.token
  })

  await t.test('It logs out by a URL with the token in the header, and is told to forget every credential', async () => {
    const headers = join(server.folder, 'headers.txt')
    const out = await curl(`/access/logout/${code}?everywhere=true`, ...authorization(token), '--dump-header', headers)
    deepEqual(out, { ended: { sessions: 1, rememberMe: 0 } })
    const forgotten = (await readFile(headers, 'utf8')).matchAll(/^set-cookie: (\w+)=; Max-Age=0; Path=\//gm)
    // The one that came along is expired at the path of the request too.
    deepEqual([...new Set([...forgotten].map(([, name]) => name))], ['latchkey_session', 'latchkey_remember', 'latchkey_data'])
    equal((await curl('/access/session', ...authorization(token))).reason, 'session_ended')
    // Some curls write an expired cookie back when they read and write one file: what is in it is worth nothing.
    match((await curl('/access/session')).reason, /^(none|revoked)$/)
    match((await curl('/access/token', '--request', 'POST')).reason, /^(none|revoked)$/)
  })
})
