// The full flow with Python clients: each program asserts what it expects, and prints `done`.

import { deepEqual, equal, match } from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { execPython } from '../support/exec.ts'
import { type RunningServer, startServer } from '../support/server.ts'
import { TestClient } from '../support/test-client.ts'

let server: RunningServer
before(async () => {
  server = await startServer()
})
after(() => server[Symbol.asyncDispose]())

test('requests registers, sends the token bare and as a bearer token, and logs out by GET', async () => {
  equal(await execPython('requests_flow.py', server.publicUrl), 'done\n')
})

test('urllib signs in with and without remember-me, logs out by POST, and everywhere', async () => {
  equal(await execPython('urllib_flow.py', server.publicUrl), 'done\n')
})

test('requests sends the session credential in a header, without cookies', async () => {
  equal(await execPython('session_in_header.py', server.publicUrl), 'done\n')
})

test('a jar saved without its session cookie signs in again without the password, twice', async () => {
  const file = join(server.folder, 'cookies.lwp')
  equal(await execPython('urllib_restart.py', server.publicUrl, file, 'sign-in'), 'done\n')
  const saved = await readFile(file, 'utf8')
  match(saved, /latchkey_remember/)
  equal(saved.includes('latchkey_session'), false, 'a session cookie is not stored on disk')
  equal(await execPython('urllib_restart.py', server.publicUrl, file, 'come-back'), 'done\n')
  equal(await execPython('urllib_restart.py', server.publicUrl, file, 'come-back'), 'done\n')
})

test('reuse of an old remember-me value raises an alarm and revokes only that lineage', async () => {
  equal(await execPython('stolen_remember_me.py', server.publicUrl), 'done\n')
})

test('two processes that patch one session concurrently lose nothing', async () => {
  const owner = new TestClient(server.url)
  await owner.register('Pat')
  const count = 40
  const writers = ['a', 'b'].map((name) => execPython('patch_data.py', server.publicUrl, owner.token, name, String(count)))
  deepEqual(await Promise.all(writers), ['done\n', 'done\n'])
  const { json } = await owner.call('GET', '/access/session/data')
  equal(Object.keys(json.data).length, 2 * count)
  equal(json.version, 1 + 2 * count)
})
