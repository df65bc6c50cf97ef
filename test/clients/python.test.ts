// The whole story, told by Python's clients: each program asserts what it expects, and prints `done`.

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

test('requests registers, takes the token from the body, uses it both ways, and logs out by GET', async () => {
  equal(await execPython('requests_story.py', server.publicUrl), 'done\n')
})

test('urllib signs in with and without being remembered, and logs out by POST and everywhere', async () => {
  equal(await execPython('urllib_story.py', server.publicUrl), 'done\n')
})

test('requests carries the session in a header, where no cookie is set', async () => {
  equal(await execPython('session_in_header.py', server.publicUrl), 'done\n')
})

test('A jar saved without its session cookie signs in again without the password, twice over', async () => {
  const file = join(server.folder, 'cookies.lwp')
  equal(await execPython('urllib_restart.py', server.publicUrl, file, 'sign-in'), 'done\n')
  const saved = await readFile(file, 'utf8')
  match(saved, /latchkey_remember/)
  equal(saved.includes('latchkey_session'), false, 'a session cookie is not kept on disk')
  equal(await execPython('urllib_restart.py', server.publicUrl, file, 'come-back'), 'done\n')
  equal(await execPython('urllib_restart.py', server.publicUrl, file, 'come-back'), 'done\n')
})

test('A copied remembered login raises the alarm when its old secret is used, and ends that lineage alone', async () => {
  equal(await execPython('stolen_login.py', server.publicUrl), 'done\n')
})

test('Two processes that patch one session at once lose nothing', async () => {
  const owner = new TestClient(server.url)
  await owner.register('Pat')
  const count = 40
  const writers = ['a', 'b'].map((name) => execPython('patch_data.py', server.publicUrl, owner.token, name, String(count)))
  deepEqual(await Promise.all(writers), ['done\n', 'done\n'])
  const { json } = await owner.call('GET', '/access/session/data')
  equal(Object.keys(json.data).length, 2 * count)
  equal(json.version, 1 + 2 * count)
})
