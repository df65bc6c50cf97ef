// The program of docs/key-bound-tokens.md, run unchanged against a real server.

import { equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { exec } from '../support/exec.ts'
import { startServer } from '../support/server.ts'
import { TestClient } from '../support/test-client.ts'

test('the program gets a DPoP-bound token and changes the password with it', async () => {
  const page = readFileSync(new URL('../../docs/key-bound-tokens.md', import.meta.url), 'utf8')
  const program = /^```js\n(.*?)^```$/ms.exec(page)?.[1] ?? ''
  await using server = await startServer()
  await new TestClient(server.url).register('ada')
  const input = program.replace('http://localhost:3000', server.publicUrl)
  equal(await exec(process.execPath, ['--input-type=module', '-'], { input }), 'DPoP 200\n')
})
