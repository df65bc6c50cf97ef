// The examples of the guide to migrating: what other software exports is imported as it stands, and signs in.

import { deepEqual, equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { AuthError, createLatchkey } from '../../src/index.ts'
import { runCommand, startServer } from '../support/server.ts'

const PAGE = readFileSync(new URL('../../docs/migrating.md', import.meta.url), 'utf8')

function blocks(language: string): readonly string[] {
  return [...PAGE.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter((match) => match[1] === language).map((match) => match[2] ?? '')
}

test('the lines from Better Auth, Django, Devise, Flask and Laravel are imported, and their users sign in', async () => {
  await using server = await startServer()
  const examples = [...blocks('csv').map((text) => ['csv', text] as const), ...blocks('json').map((text) => ['jsonl', text] as const)]
  equal(examples.length, 5)
  for (const [index, [format, text]] of examples.entries()) {
    await writeFile(join(server.folder, `example${index}.${format}`), text)
    const result = await runCommand(['user', 'import', `example${index}.${format}`], { folder: server.folder })
    deepEqual([result.code, result.stdout, result.stderr], [0, '1 user imported; 0 already existed; 0 rejected.\n', ''])
  }
  for (const username of ['ada', 'grace', 'alan', 'hedy', 'rosa']) {
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify({ username, password: `old password of ${username}` })
    equal((await fetch(`${server.url}/access/login`, { method: 'POST', headers, body })).status, 200, username)
  }
})

test('a program imports users, gets a result for each, and they can sign in', async () => {
  const latchkey = await createLatchkey({ databaseUrl: 'sqlite::memory:' })
  try {
    const [, devise = ''] = /(\$2a\$10\$[^,]+)/.exec(PAGE) ?? []
    const [example = ''] = blocks('js')
    const run = new Function('latchkey', 'console', `return (async () => {${example}})()`)
    const said: unknown[][] = []
    const console = { log: (...words: unknown[]) => said.push(words) }
    await run(latchkey, console)
    deepEqual(said, [
      [
        1,
        'the hash format is not supported: accepted are bcrypt, scrypt, PBKDF2 and Argon2, in the formats that the migration guide lists',
      ],
    ])
    await run(
      { users: { import: (rows: { username: string }[]) => latchkey.users.import(rows.map((row) => ({ ...row, hash: devise }))) } },
      console,
    )
    equal(said.length, 1)
    const signedIn = await latchkey.login({ username: 'Mary', password: 'old password of alan' })
    if (signedIn instanceof AuthError) throw signedIn
    deepEqual(signedIn.user.roles, ['reader'])
    const outcomes: string[] = []
    for await (const { outcome } of latchkey.users.import([{ username: 'MARY', hash: devise }])) outcomes.push(outcome)
    deepEqual(outcomes, ['present'])
  } finally {
    await latchkey.close()
  }
})
