// Tests commands in the wrong folder or on the wrong database: those that read or change existing data create nothing, exit with 1 and
// name the path. Only commands that add data create a database.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { copyFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { MIGRATIONS } from '../../src/stores/sql/schema.ts'
import { startPostgres } from '../support/postgres.ts'
import { runCommand, temporaryFolder } from '../support/server.ts'
import { PASSWORD } from '../support/test-client.ts'

const READING: readonly (readonly string[])[] = [
  ['user', 'list'],
  ['session', 'list'],
  ['session', 'list', '--user', 'ada'],
  ['session', 'revoke', '--all', '--dry-run'],
  ['session', 'revoke', '--user', 'ada', '--dry-run'],
  ['signing-key', 'list'],
]

const CHANGING: readonly (readonly string[])[] = [
  ['user', 'set-roles', 'ada', 'admin'],
  ['user', 'enable', 'ada'],
  ['user', 'disable', 'ada'],
  ['user', 'delete', 'ada'],
  ['user', 'set-password', 'ada'],
  ['session', 'revoke', '--all'],
  ['session', 'revoke', 'an-id'],
  ['signing-key', 'rotate'],
  ['service-key', 'remove', 'an-id'],
]

const ALL_COMMANDS = [...READING, ...CHANGING]
const ROW = '{"username":"ada","hash":"$2b$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a"}\n'

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await temporaryFolder()
  try {
    await writeFile(join(folder, 'users.jsonl'), ROW)
    await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('without a database, a command creates none, exits with 1 and names the path', { concurrency: 3 }, () => {
  for (const args of ALL_COMMANDS) {
    test(`latchkey ${args.join(' ')}`, () =>
      inFolder(async (folder) => {
        const { code, stdout, stderr } = await runCommand(args, { folder, input: `${PASSWORD}\n` })
        deepEqual([code, stdout], [1, ''], stderr)
        match(stderr, /^latchkey: There is no database at [^\n]*--database-url\.\n$/)
        ok(stderr.includes(join(folder, 'latchkey.db')), stderr)
        deepEqual(await readdir(folder), ['users.jsonl'])
      }))
  }
})

test('a dry run of an import without a database checks the lines, creates nothing, reports it and exits with 1', () =>
  inFolder(async (folder) => {
    const { code, stdout, stderr } = await runCommand(['user', 'import', 'users.jsonl', '--dry-run'], { folder })
    equal(code, 1)
    equal(stdout, '1 user would be imported; nothing was written; 0 already existed; 0 rejected.\n')
    match(stderr, /^latchkey: There is no database at \S+latchkey\.db\. /)
    deepEqual(await readdir(folder), ['users.jsonl'])
    equal((await runCommand(['user', 'import', 'users.jsonl'], { folder })).code, 0)
    const compared = await runCommand(['user', 'import', 'users.jsonl', '--dry-run'], { folder })
    deepEqual([compared.code, compared.stderr], [0, ''])
    match(compared.stdout, /1 already existed/)
  }))

test('names the given path, also as JSON', () =>
  inFolder(async (folder) => {
    const { code, stderr } = await runCommand(['user', 'list', '--json', '--database-url', 'sqlite:data/other.db'], { folder })
    equal(code, 1)
    const { error } = JSON.parse(stderr)
    equal(error.code, 'resource.not_found')
    ok(error.message.includes(join(folder, 'data/other.db')), error.message)
    const inMemory = await runCommand(['user', 'list'], { folder, env: { DATABASE_URL: 'sqlite::memory:' } })
    deepEqual([inMemory.code, inMemory.stdout], [2, ''])
    match(inMemory.stderr, /sqlite::memory:.*accepted: sqlite:PATH/)
    deepEqual(await readdir(folder), ['users.jsonl'])
  }))

test('does not change a file that is not a Latchkey database', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'latchkey.db')
    const other = new DatabaseSync(path)
    other.exec('CREATE TABLE things (name TEXT)')
    other.close()
    const before = await stat(path)
    for (const args of [READING[0], CHANGING[0]]) {
      const { code, stderr } = await runCommand(args ?? [], { folder })
      equal(code, 1)
      match(stderr, /The database at \S+latchkey\.db has no Latchkey tables\. Run the command in the folder/)
    }
    const after = await stat(path)
    deepEqual([after.size, after.mtimeMs], [before.size, before.mtimeMs])
    deepEqual((await readdir(folder)).sort(), ['latchkey.db', 'users.jsonl'])
    await writeFile(path, '')
    match((await runCommand(['user', 'list'], { folder })).stderr, /has no Latchkey tables/)
    equal((await stat(path)).size, 0)
  }))

test('a command that reads neither reads nor migrates a database of an older version', () =>
  inFolder(async (folder) => {
    const dialect = {
      key: 'TEXT',
      position: 'INTEGER PRIMARY KEY AUTOINCREMENT',
      integer: 'INTEGER',
      indexOf: 'instr',
      ownNames: [],
    } as const
    const database = new DatabaseSync(join(folder, 'latchkey.db'))
    for (const sql of MIGRATIONS[0]?.(dialect) ?? []) database.exec(sql)
    database.exec('CREATE TABLE latchkey_schema (version INTEGER NOT NULL, probe BLOB)')
    database.exec('INSERT INTO latchkey_schema (version) VALUES (1)')
    database.close()
    for (const args of READING) {
      const { code, stderr } = await runCommand(args, { folder })
      equal(code, 1)
      match(stderr, /has schema version 1, but this Latchkey reads version \d+: run `latchkey migrate`, or start the server/)
    }
    equal((await runCommand(['migrate'], { folder })).code, 0)
    equal((await runCommand(['user', 'list'], { folder })).code, 0)
  }))

test('reading needs no secret and creates none; changing needs the secret of the server', () =>
  inFolder(async (folder) => {
    equal((await runCommand(['user', 'add', 'Ada'], { folder, input: `${PASSWORD}\n` })).code, 0)
    ok(existsSync(join(folder, 'latchkey.db.secret')), 'adding creates what is missing')
    await using elsewhere = { path: await temporaryFolder(), [Symbol.asyncDispose]: () => rm(elsewhere.path, { recursive: true }) }
    await copyFile(join(folder, 'latchkey.db'), join(elsewhere.path, 'latchkey.db'))
    await writeFile(join(elsewhere.path, 'users.jsonl'), ROW)
    for (const args of READING) {
      const { code, stderr } = await runCommand(args, { folder: elsewhere.path })
      equal(code, 0, stderr)
    }
    for (const args of CHANGING) {
      const { code, stderr } = await runCommand(args, { folder: elsewhere.path, input: `${PASSWORD}\n` })
      equal(code, 2)
      match(stderr, /LATCHKEY_SECRET is not set, and there is no file \S+latchkey\.db\.secret/)
    }
    deepEqual((await readdir(elsewhere.path)).sort(), ['latchkey.db', 'users.jsonl'])
  }))

test('reads a database that was migrated and never served, and does not change it', () =>
  inFolder(async (folder) => {
    equal((await runCommand(['migrate'], { folder })).code, 0)
    match((await runCommand(['signing-key', 'list'], { folder })).stdout, /No signing keys/)
    deepEqual(JSON.parse((await runCommand(['signing-key', 'list', '--json'], { folder })).stdout), [])
    deepEqual((await readdir(folder)).sort(), ['latchkey.db', 'users.jsonl'])
    const database = new DatabaseSync(join(folder, 'latchkey.db'))
    deepEqual(database.prepare('SELECT * FROM latchkey_key_ring').all(), [])
    database.close()
  }))

test('does not change a PostgreSQL database without Latchkey tables, or with those of an older version', () =>
  inFolder(async (folder) => {
    await using postgres = await startPostgres()
    const url = await postgres.createDatabase()
    const name = new URL(url).pathname.slice(1)
    const env = { DATABASE_URL: url.replace('latchkey@', 'latchkey:hidden@') }
    const tables = () => postgres.query(name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").trim()
    for (const args of ALL_COMMANDS) {
      const { code, stdout, stderr } = await runCommand(args, { folder, env, input: `${PASSWORD}\n` })
      deepEqual([code, stdout], [1, ''], stderr)
      match(stderr, /The database at postgres(?:ql)?:\/\/\S+ has no Latchkey tables\. .*DATABASE_URL/)
      ok(!stderr.includes('hidden'), stderr)
    }
    equal(tables(), '0')
    deepEqual(await readdir(folder), ['users.jsonl'], 'no secret')

    equal((await runCommand(['migrate'], { folder, env })).code, 0)
    postgres.query(name, 'UPDATE latchkey_schema SET version = 1')
    match((await runCommand(['session', 'list'], { folder, env })).stderr, /has schema version 1, .*run `latchkey migrate`/)
    equal(postgres.query(name, 'SELECT version FROM latchkey_schema').trim(), '1')
    deepEqual(await readdir(folder), ['users.jsonl'])
  }))
