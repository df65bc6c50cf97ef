// Tests every command: its help, its JSON output, its exit codes and its error messages.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { after, before, describe, test } from 'node:test'
import { type CommandResult, runCommand, startServer, temporaryFolder } from '../support/server.ts'
import { PASSWORD, TestClient } from '../support/test-client.ts'

let folder = ''
before(async () => {
  folder = await temporaryFolder()
})
after(() => rm(folder, { recursive: true, force: true }))

const latchkey = (args: readonly string[], input: string | Buffer = ''): Promise<CommandResult> => runCommand(args, { folder, input })

async function json(args: readonly string[], input = '') {
  const { code, stdout, stderr } = await latchkey([...args, '--json'], input)
  equal(code, 0, stderr)
  equal(stderr, '')
  return JSON.parse(stdout)
}

async function refused(args: readonly string[], code: number, line: RegExp, input: string | Buffer = ''): Promise<void> {
  const result = await latchkey(args, input)
  equal(result.code, code, result.stderr)
  equal(result.stdout, '')
  match(result.stderr, line)
  match(result.stderr, /^latchkey: .*\n$/, 'one line')
}

const COMMANDS = [
  'serve',
  'user',
  'user add',
  'user list',
  'user set-roles',
  'user enable',
  'user disable',
  'user delete',
  'user set-password',
  'user import',
  'session',
  'session list',
  'session revoke',
  'signing-key',
  'signing-key list',
  'signing-key rotate',
  'service-key',
  'service-key list',
  'service-key create',
  'service-key remove',
  'migrate',
  'doctor',
]

describe('Every command', { concurrency: 3 }, () => {
  for (const name of COMMANDS) {
    test(`latchkey ${name} --help prints the usage, and opens no database`, async () => {
      const elsewhere = await temporaryFolder()
      const { code, stdout, stderr } = await runCommand([...name.split(' '), '--help'], { folder: elsewhere })
      deepEqual([code, stderr], [0, ''])
      ok(stdout.startsWith(`Usage: latchkey ${name} `), stdout)
      match(stdout, /--json /)
      await rm(elsewhere, { recursive: true })
    })
  }
})

test('manages users: add, list, set-roles, disable, enable, set-password and delete', async () => {
  const added = await json(['user', 'add', 'Ada', '--role', 'admin', '--email', 'ada@example.com'], `${PASSWORD}\n`)
  match(added.id, /^usr_/)
  deepEqual([added.username, added.roles, added.email, added.disabled], ['Ada', ['admin'], 'ada@example.com', false])
  equal(JSON.stringify(added).includes('argon2'), false)
  deepEqual(await json(['user', 'list']), [added])
  match((await latchkey(['user', 'list'])).stdout, /^USERNAME +ID +ROLES +DISABLED +CREATEDAT\nAda +usr_\S+ +admin +\d{4}-/)

  deepEqual((await json(['user', 'set-roles', 'ada', 'editor', 'reader'])).roles, ['editor', 'reader'])
  deepEqual((await json(['user', 'set-roles', added.id])).roles, [], 'accepts the id instead of the name')
  deepEqual((await json(['user', 'disable', 'ada'])).disabled, true)
  match((await latchkey(['user', 'list'])).stdout, /\byes\b/)
  deepEqual((await json(['user', 'enable', 'ada'])).disabled, false)
  deepEqual((await json(['user', 'set-password', 'ada'], 'seven-moons-over-a-tulip\n')).ended, { sessions: 0, rememberMe: 0 })
  await refused(['user', 'add', 'ADA'], 1, /taken/, `${PASSWORD}\n`)
  equal((await json(['user', 'delete', 'ada'])).username, 'Ada')
  deepEqual(await json(['user', 'list']), [])
})

test('lists and rotates signing keys, and creates and removes service keys', async () => {
  const [signing, next] = await json(['signing-key', 'list'])
  const rotated = await json(['signing-key', 'rotate'])
  equal(rotated.signing, next.id)
  const after = await json(['signing-key', 'list'])
  deepEqual(
    after.map(({ use }: { use: string }) => use),
    ['signs', 'next', 'retired'],
  )
  equal(after[2].id, signing.id)
  const created = await json(['service-key', 'create', 'billing'])
  match(created.key, /^[\w-]+\.[\w-]+$/)
  deepEqual(
    (await json(['service-key', 'list'])).map(({ id, use }: { id: string; use: string }) => [id, use]),
    [[created.id, 'service billing']],
  )
  deepEqual(await json(['service-key', 'remove', created.id]), { removed: created.id, service: 'billing' })
  deepEqual(await json(['service-key', 'list']), [])
})

test('migrates a database only once', async () => {
  const elsewhere = await temporaryFolder()
  const env = { DATABASE_URL: `sqlite:${elsewhere}/other.db` }
  const [first, second] = [
    await runCommand(['migrate', '--json'], { folder: elsewhere, env }),
    await runCommand(['migrate'], { folder: elsewhere, env }),
  ]
  const { from, to } = JSON.parse(first.stdout)
  equal(from, 0)
  equal(second.stdout, `The database schema is already at version ${to}.\n`)
  await rm(elsewhere, { recursive: true })
})

describe('a command that fails prints one line and exits with 1', { concurrency: 3 }, () => {
  test('for a user who does not exist', () => refused(['user', 'set-roles', 'unknown', 'admin'], 1, /There is no user unknown/))
  test('for a session that does not exist', () => refused(['session', 'revoke', 'none'], 1, /no active session or remember-me login none/))
  test('for the sessions of a user who does not exist', () => refused(['session', 'list', '--user', 'unknown'], 1, /no user unknown/))
  test('for a key that does not exist', () => refused(['service-key', 'remove', 'none'], 1, /no service key with the id none/))
  test('for a password that is too short', () => refused(['user', 'add', 'Shorty'], 1, /too short/, 'tulip\n'))
  test('for a password that is easy to guess', () => refused(['user', 'add', 'Easy'], 1, /too common/, 'password1234\n'))
  test('for an invalid username', () => refused(['user', 'add', 'a b'], 1, /Usernames/, `${PASSWORD}\n`))
})

describe('a usage error prints one line and exits with 2', { concurrency: 3 }, () => {
  test('for an unknown command', () => refused(['nonsense'], 2, /unknown command 'nonsense'/))
  test('for a misspelt command', () => refused(['user', 'lst'], 2, /Did you mean list/))
  test('for an unknown option', () => refused(['user', 'list', '--nonsense'], 2, /unknown option '--nonsense'/))
  test('for a missing name', () => refused(['user', 'add'], 2, /missing required argument 'name'/))
  test('for an extra argument', () => refused(['user', 'list', 'extra'], 2, /too many arguments/))
  test('for a revocation without a target', () => refused(['session', 'revoke'], 2, /Name exactly one target/))
  test('for a revocation with two targets', () => refused(['session', 'revoke', 'x', '--user', 'y'], 2, /Name exactly one target/))
  test('for an invalid role', () => refused(['user', 'set-roles', 'unknown', 'AD MIN'], 2, /The role "AD MIN" is not accepted/))
  test('for a missing password', () => refused(['user', 'add', 'Silent'], 2, /No password was given/))
  test('for a service key without a name', () => refused(['service-key', 'create'], 2, /missing required argument 'name'/))
  test('for an invalid number of workers', () => refused(['serve', '--workers', '0'], 2, /accepted: a number from 1 to 64/))
  test('for an invalid database URL', () =>
    refused(['user', 'list', '--database-url', 'mysql://u:hidden@h'], 2, /"mysql:\/\/…@h"; accepted/))
})

test('prints the help and exits with 2 without a command, and prints its version', async () => {
  const { code, stderr } = await latchkey([])
  equal(code, 2)
  match(stderr, /^Usage: latchkey /)
  match((await latchkey(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/)
})

test('prints errors as JSON with --json', async () => {
  for (const [args, code, error] of [
    [['user', 'delete', 'unknown'], 1, { code: 'resource.not_found', message: 'There is no user unknown.' }],
    [['nonsense'], 2, { code: 'usage', message: "unknown command 'nonsense'" }],
    [
      ['session', 'revoke'],
      2,
      {
        code: 'setting',
        message: 'Name exactly one target: an id from `latchkey session list`, --user NAME, --lineage ID, --before TIME or --all.',
      },
    ],
  ] as const) {
    const result = await latchkey([...args, '--json'])
    deepEqual([result.code, result.stdout, JSON.parse(result.stderr)], [code, '', { error }])
  }
})

test('reads a password from the whole first line of standard input, and never from an argument', async () => {
  await json(['user', 'add', 'Line'], `  ${PASSWORD} with spaces \nand another line\n`)
  await refused(['user', 'set-password', 'Line', PASSWORD], 2, /too many arguments/)
  await refused(['user', 'add', 'Line2', '--password', PASSWORD], 2, /unknown option '--password'/)
})

test('ignores a byte order mark before the password on standard input, and CRLF after it', async () => {
  const added = await json(['user', 'add', 'Mark'], `\uFEFF${PASSWORD}\r\n`)
  await using server = await startServer({ folder, env: { LOG_LEVEL: 'silent' } })
  const { status, json: signedIn } = await new TestClient(server.url).login('Mark')
  deepEqual([status, signedIn.user.id], [200, added.id])
  await refused(['user', 'set-password', 'Mark'], 2, /No password was given/, '\uFEFF\n')
  await refused(['user', 'set-password', 'Mark'], 2, /is not UTF-8/, Buffer.from(`\uFEFF${PASSWORD}\n`, 'utf16le'))
})
