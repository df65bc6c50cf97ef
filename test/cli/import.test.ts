// Tests `latchkey user import` with real files, and sign-ins at a real server with the imported passwords.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { argon2Sync, pbkdf2Sync, randomBytes, scryptSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { bcrypt } from '../support/bcrypt.ts'
import { type CommandResult, cleanEnvironment, MAIN, runCommand, startServer, temporaryFolder } from '../support/server.ts'

const PER_KIND = 10_000
const PASSWORDS = ['swordfish', 'crème brûlée', 'correct horse battery', 'hunter2 hunter2']

const bare = (bytes: Buffer) => bytes.toString('base64').replaceAll('=', '')

interface Kind {
  /** The number of hashes; users share them if the hash is expensive. */
  readonly distinct: number
  make(password: string): string | Promise<string>
}

const KINDS: Readonly<Record<string, Kind>> = {
  bcrypt: { distinct: 1000, make: async (password) => (await bcrypt(password)).replace(/^\$2b/, '$2y') },
  betterauth: {
    distinct: 8,
    make(password) {
      const salt = randomBytes(16).toString('hex')
      return `${salt}:${scryptSync(password.normalize('NFKC'), salt, 64, { N: 16_384, r: 16, p: 1, maxmem: 2 ** 27 }).toString('hex')}`
    },
  },
  scrypt: {
    distinct: PER_KIND,
    make(password) {
      const salt = randomBytes(16)
      return `$scrypt$n=16,r=1,p=1$${bare(salt)}$${bare(scryptSync(password, salt, 32, { N: 16, r: 1, p: 1 }))}`
    },
  },
  django: {
    distinct: PER_KIND,
    make(password) {
      const salt = randomBytes(9).toString('base64')
      return `pbkdf2_sha256$10$${salt}$${pbkdf2Sync(password, salt, 10, 32, 'sha256').toString('base64')}`
    },
  },
  argon2: {
    distinct: PER_KIND,
    make(password) {
      const nonce = randomBytes(16)
      const key = argon2Sync('argon2id', { message: password, nonce, memory: 8, passes: 1, parallelism: 1, tagLength: 32 })
      return `argon2$argon2id$v=19$m=8,t=1,p=1$${bare(nonce)}$${bare(key)}`
    },
  },
}

const HASH = await hashOf('django', 'swordfish')

async function hashOf(kind: string, password: string): Promise<string> {
  return (await KINDS[kind]?.make(password)) ?? ''
}

function passwordOf(index: number): string {
  return PASSWORDS[index % PASSWORDS.length] ?? ''
}

let folder = ''
before(async () => {
  folder = await temporaryFolder()
})
after(() => rm(folder, { recursive: true, force: true }))

let folders = 0

/** An empty folder for a new database. */
async function makeFolder(): Promise<string> {
  folders += 1
  const path = join(folder, `import-${folders}`)
  await mkdir(path)
  return path
}

interface ImportRun extends CommandResult {
  // biome-ignore lint/suspicious/noExplicitAny: tests read members of the summary
  readonly summary: any
  readonly users: readonly StoredUser[]
}

interface StoredUser {
  readonly username: string
  readonly email: string | null
  readonly passwordHash: string
  readonly roles: readonly string[]
  readonly disabled: boolean
  readonly createdAt: number
}

/** Imports a file of this name and content into a new database. */
async function importFile(name: string, content: string | Buffer, ...args: readonly string[]): Promise<ImportRun> {
  const home = await makeFolder()
  await writeFile(join(home, name), content)
  const result = await runCommand(['user', 'import', name, '--json', ...args], { folder: home })
  return { ...result, summary: result.stdout === '' ? undefined : JSON.parse(result.stdout), users: usersIn(home) }
}

function usersIn(home: string): readonly StoredUser[] {
  const database = new DatabaseSync(join(home, 'latchkey.db'))
  try {
    return database
      .prepare('SELECT rest FROM latchkey_users ORDER BY username_key')
      .all()
      .map(({ rest }) => JSON.parse(String(rest)))
  } catch (error) {
    // A usage error creates no database.
    if (String(error).includes('no such table')) return []
    throw error
  } finally {
    database.close()
  }
}

const countsOf = ({ imported, present, refused }: { imported: number; present: number; refused: number }) => [imported, present, refused]

test('users with every supported hash sign in with their old passwords, which are then rehashed', async () => {
  const home = await makeFolder()
  for (const [kind, { distinct, make }] of Object.entries(KINDS)) {
    const hashes = await Promise.all(Array.from({ length: distinct }, (_, index) => make(passwordOf(index))))
    const lines = Array.from({ length: PER_KIND }, (_, index) => `${kind}-${index},"${hashes[index % distinct]}",member\n`)
    await writeFile(join(home, `${kind}.csv`), `username,password_hash,roles\n${lines.join('')}`)
    const { code, stdout, stderr } = await runCommand(['user', 'import', `${kind}.csv`], { folder: home })
    deepEqual([code, stdout, stderr], [0, '10,000 users imported; 0 already existed; 0 rejected.\n', ''])
  }
  equal(usersIn(home).length, PER_KIND * Object.keys(KINDS).length)

  await using server = await startServer({ folder: home })
  const post = async (path: string, body: unknown, authorization = '') => {
    const headers = { 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) }
    const answer = await fetch(server.url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    return { status: answer.status, body: (await answer.json()) as { token: string; user: { roles: string[] } } }
  }
  const stored = () => new Map(usersIn(home).map((user) => [user.username, user.passwordHash]))
  const before = stored()
  for (const kind of Object.keys(KINDS)) {
    for (const index of [0, 1, 2, 3, 4998, 9999]) {
      const username = `${kind}-${index}`
      const password = passwordOf(index)
      equal((await post('/access/login', { username, password: `${password}x` })).status, 401, username)
      equal((await post('/access/login', { username, password: password.normalize('NFD') })).status, 200, username)
      const again = await post('/access/login', { username, password })
      deepEqual([again.status, again.body.user.roles], [200, ['member']], 'also with the new hash')
      equal((await post('/access/login', { username, password: `${password}x` })).status, 401, username)
    }
    // A password can be changed while its hash is still the imported one.
    const fresh = await post('/access/login', { username: `${kind}-7`, password: passwordOf(7) })
    const changed = await post('/access/password', { current: passwordOf(7), next: 'nine-quiet-otters-upstream' }, fresh.body.token)
    equal(changed.status, 200, JSON.stringify(changed.body))
  }
  const now = stored()
  for (const kind of Object.keys(KINDS)) {
    for (const index of [0, 1, 2, 3, 4998, 9999]) match(now.get(`${kind}-${index}`) ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    equal(now.get(`${kind}-8`), before.get(`${kind}-8`), 'a user who has not signed in keeps the imported hash')
  }

  const again = await runCommand(['user', 'import', 'bcrypt.csv', '--json'], { folder: home })
  equal(again.code, 0, again.stderr)
  deepEqual(countsOf(JSON.parse(again.stdout)), [0, PER_KIND, 0])
  deepEqual(stored(), now, 'nothing was overwritten while the server is running')
})

test('reads every field, under the names of other systems', async () => {
  const rows = [
    'username,email,encrypted_password,roles,created_at,banned',
    `ada,ada@example.com,${HASH},"admin,editor",2023-05-06T07:08:09.5+02:00,`,
    `Bob,,${HASH},reader writer,1700000000,t`,
    `"cyd",cy@example.com,${HASH},,2023-05-06 07:08:09+00,false`,
  ].join('\n')
  const csv = await importFile('users.csv', rows)
  deepEqual([csv.code, csv.stderr, countsOf(csv.summary)], [0, '', [3, 0, 0]])
  const fields = csv.users.map(({ username, email, roles, disabled, createdAt }) => [username, email, roles, disabled, createdAt])
  deepEqual(fields, [
    ['ada', 'ada@example.com', ['admin', 'editor'], false, Date.parse('2023-05-06T05:08:09.500Z')],
    ['Bob', null, ['reader', 'writer'], true, 1_700_000_000_000],
    ['cyd', 'cy@example.com', [], false, Date.parse('2023-05-06T07:08:09Z')],
  ])
  const objects = [
    { username: 'ada', email: 'ada@example.com', passwordHash: HASH, roles: ['admin', 'editor'], createdAt: '2023-05-06T07:08:09.5+02:00' },
    { username: 'Bob', email: null, password: HASH, roles: 'reader,writer', createdAt: 1_700_000_000_000, disabled: true },
    { username: 'cyd', email: 'cy@example.com', hash: HASH, createdAt: '2023-05-06 07:08:09' },
  ]
  const json = await importFile('users.jsonl', objects.map((object) => JSON.stringify(object)).join('\n'))
  equal(json.code, 0, json.stderr)
  const withoutId = (users: readonly StoredUser[]) => users.map((user) => ({ ...user, id: '' }))
  deepEqual(withoutId(json.users), withoutId(csv.users))
})

test('reports invalid lines by number and reason, never by content, and imports the others', async () => {
  const secret = 'plain-text-secret'
  const lines = [
    'username,hash,roles,email,createdAt,disabled',
    `good,${HASH},,,,`,
    `x,${HASH},,,,`,
    `none,,,,,`,
    `plain,${secret},,,,`,
    `costly,$2b$16$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW,,,,`,
    `GOOD,${HASH},,,,`,
    `role,${HASH},Admin,,,`,
    `mail,${HASH},,no address,,`,
    `when,${HASH},,,2023-02-30,`,
    `later,${HASH},,,2999-01-01,`,
    `maybe,${HASH},,,,maybe`,
    `few,${HASH}`,
    `quote,"${HASH},,,,`,
    `inside,${HASH},x"y",,,`,
    '',
    `also,${HASH},,,,`,
  ]
  const { code, stderr, summary, users } = await importFile('users.csv', lines.join('\n'))
  equal(code, 1)
  deepEqual(countsOf(summary), [2, 0, 13])
  const rejected = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: number; refused: string })
  deepEqual(
    rejected.map(({ line }) => line),
    [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
  )
  const reasons = [
    /username/,
    /hash is missing/,
    /not supported/,
    /cost 16/,
    /earlier line/,
    /role/,
    /email/,
    /not a time/,
    /future/,
    /disabled/,
    /2 values for 6/,
    /quote is not closed/,
    /quote is not closed/,
  ]
  for (const [index, reason] of reasons.entries()) match(rejected[index]?.refused ?? '', reason)
  for (const content of [secret, 'no address', 'maybe', HASH]) ok(!stderr.includes(content))
  deepEqual(
    users.map(({ username }) => username),
    ['also', 'good'],
  )
})

test('prints the first hundred of many invalid lines, counts the others, and writes all to the --rejects file', async () => {
  const home = await makeFolder()
  await writeFile(join(home, 'users.csv'), `username,hash\n${'who,nothing\n'.repeat(2500)}`)
  const { code, stdout, stderr } = await runCommand(['user', 'import', 'users.csv', '--rejects', 'rejects.txt'], { folder: home })
  deepEqual([code, stdout], [1, '0 users imported; 0 already existed; 2,500 rejected.\n'])
  const lines = stderr.trim().split('\n')
  equal(lines.length, 101)
  match(lines[0] ?? '', /^latchkey: line 2: the hash format is not supported/)
  match(lines[100] ?? '', /2,400 more/)
  const rejects = (await readFile(join(home, 'rejects.txt'), 'utf8')).trim().split('\n')
  equal(rejects.length, 2500)
  match(rejects[2499] ?? '', /^2501\tthe hash format is not supported/)
})

test('a dry run checks everything and writes nothing', async () => {
  const content = `username,hash\nada,${HASH}\nbob,plain\nAda,${HASH}\n${Array.from({ length: 1500 }, (_, index) => `more${index},${HASH}\n`).join('')}more7,${HASH}\n`
  const { code, summary, users } = await importFile('users.csv', content, '--dry-run')
  deepEqual([code, countsOf(summary), summary.dryRun, users], [1, [1501, 0, 3], true, []])
})

test('reports a duplicate username far apart in one file, also in a second run', async () => {
  const home = await makeFolder()
  const many = Array.from({ length: 2500 }, (_, index) => `user${index},${HASH}\n`).join('')
  await writeFile(join(home, 'users.csv'), `username,hash\n${many}USER0,${HASH}\n`)
  for (const expected of [
    [2500, 0, 1],
    [0, 2500, 1],
  ]) {
    const { code, stdout, stderr } = await runCommand(['user', 'import', 'users.csv', '--json'], { folder: home })
    deepEqual([code, countsOf(JSON.parse(stdout))], [1, expected])
    match(stderr, /^\{"line":2502,"refused":"the same user is on an earlier line"\}\n$/)
  }
})

test('rejects an unknown column by name, and a missing header line, before anything is written', async () => {
  const invalidInputs: readonly (readonly [name: string, content: string | Buffer, message: RegExp])[] = [
    [
      'a.csv',
      `username,hash,shoe_size\nada,${HASH},38\n`,
      /The column "shoe_size" is unknown\. Accepted: username, email, hash, roles, createdAt, disabled/,
    ],
    ['b.csv', `ada,${HASH},x\n`, /first line of a CSV file must name the columns/],
    ['b16.csv', Buffer.from(`\uFEFFusername,hash\nada,${HASH}\n`, 'utf16le'), /the line is not UTF-8\. Save the file as CSV in UTF-8/],
    ['c.csv', 'username,email\nada,\n', /The column hash is missing/],
    ['d.csv', `username,hash,password\nada,${HASH},${HASH}\n`, /Two columns mean hash/],
    ['e.jsonl', `{"username":"ada","hash":"${HASH}","shoeSize":38}\n`, /The field "shoeSize" is unknown/],
    ['f.txt', 'x', /--format csv or --format jsonl/],
  ]
  for (const [name, content, message] of invalidInputs) {
    const { code, stdout, stderr, users } = await importFile(name, content)
    deepEqual([code, stdout, users], [2, '', []], name)
    match(JSON.parse(stderr).error.message, message)
    ok(!stderr.includes(HASH))
  }
})

test('reads an empty file, a byte order mark, CRLF, and a last line without a newline', async () => {
  for (const [name, content, imported] of [
    ['empty.csv', '', 0],
    ['empty.jsonl', '\n\n', 0],
    ['heading.csv', 'username,hash', 0],
    ['mark.csv', `\uFEFFusername,hash\r\n"ada","${HASH}"\r\nbob,${HASH}`, 2],
    ['mark.jsonl', `\uFEFF{"username":"ada","hash":"${HASH}"}\r\n{"username":"bob","hash":"${HASH}"}`, 2],
  ] as const) {
    const { code, stderr, summary } = await importFile(name, content)
    deepEqual([code, stderr, summary.imported], [0, '', imported], name)
  }
})

test('rejects lines that are not UTF-8, too long, or not objects, and imports the others', async () => {
  const row = (name: string) => `{"username":"${name}","hash":"${HASH}"}\n`
  const latin = Buffer.from(row('jos\u00e9'), 'latin1')
  const long = `{"username":"${'x'.repeat(10_000_000)}","hash":"${HASH}"}\n`
  const content = Buffer.concat([
    Buffer.from(row('ada')),
    latin,
    Buffer.from(`${long}[1]\n{"username":\n{"username":"eve","hash":1}\n${row('bob')}`),
  ])
  const { code, stderr, summary, users } = await importFile('users.ndjson', content)
  deepEqual([code, countsOf(summary), users.map(({ username }) => username)], [1, [2, 0, 5], ['ada', 'bob']])
  const rejected = stderr
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { refused: string }).refused)
  for (const [index, reason] of [/not UTF-8/, /longer than 64 KiB/, /not a JSON object/, /not a JSON object/, /not a string/].entries())
    match(rejected[index] ?? '', reason)
})

test('rejects a missing file and a directory', async () => {
  const home = await makeFolder()
  await mkdir(join(home, 'folder.csv'))
  for (const [name, message] of [
    ['none.csv', /There is no file none\.csv/],
    ['folder.csv', /is a directory/],
  ] as const) {
    const { code, stdout, stderr } = await runCommand(['user', 'import', name], { folder: home })
    deepEqual([code, stdout], [2, ''])
    match(stderr, message)
  }
})

test('reads standard input in the given format', async () => {
  const home = await makeFolder()
  const unnamed = await runCommand(['user', 'import'], { folder: home, input: 'x' })
  equal(unnamed.code, 2)
  match(unnamed.stderr, /--format/)
  for (const [file, name] of [
    [[], 'ada'],
    [['-'], 'bob'],
  ] as const) {
    const read = await runCommand(['user', 'import', ...file, '--format', 'csv'], {
      folder: home,
      input: `username,hash\n${name},${HASH}\n`,
    })
    deepEqual([read.code, read.stdout], [0, '1 user imported; 0 already existed; 0 rejected.\n'])
  }
})

/** An import whose input stalls halfway; the signal stops it when 2000 users are imported. */
async function interrupted(home: string, rows: readonly string[], signal: NodeJS.Signals) {
  const child = spawn(process.execPath, [MAIN, 'user', 'import', '--format', 'csv'], { cwd: home, env: cleanEnvironment(), stdio: 'pipe' })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  child.stdin.write(`username,hash\n${rows.slice(0, 2500).join('')}`)
  const closed = once(child, 'close')
  for (let imported = 0; imported < 2000; imported = countIn(home)) await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill(signal)
  await closed
  return { code: child.exitCode, stdout }
}

const FIVE_THOUSAND = Array.from({ length: 5000 }, (_, index) => `user${index},${HASH}\n`)

test('reports its progress when a signal stops it, and continues when it runs again', async () => {
  const home = await makeFolder()
  const { code, stdout } = await interrupted(home, FIVE_THOUSAND, 'SIGINT')
  equal(code, 1)
  match(
    stdout,
    /^2,000 users imported; 0 already existed; 0 rejected\. Interrupted after line 2001: run the command again to continue\.\n$/,
  )
  const again = await runCommand(['user', 'import', '--format', 'csv', '--json'], {
    folder: home,
    input: `username,hash\n${FIVE_THOUSAND.join('')}`,
  })
  deepEqual(countsOf(JSON.parse(again.stdout)), [3000, 2000, 0])
})

test('leaves whole batches when it is killed, and continues when it runs again', async () => {
  const home = await makeFolder()
  await interrupted(home, FIVE_THOUSAND, 'SIGKILL')
  equal(usersIn(home).length, 2000)
  const again = await runCommand(['user', 'import', '--format', 'csv', '--json'], {
    folder: home,
    input: `username,hash\n${FIVE_THOUSAND.join('')}`,
  })
  deepEqual([again.code, countsOf(JSON.parse(again.stdout))], [0, [3000, 2000, 0]])
})

function countIn(home: string): number {
  try {
    return usersIn(home).length
  } catch {
    return 0
  }
}

test('records an audit event for each imported user', async () => {
  const home = await makeFolder()
  await writeFile(join(home, 'users.csv'), `username,hash\nada,${HASH}\n`)
  await runCommand(['user', 'import', 'users.csv'], { folder: home })
  await using server = await startServer({ folder: home })
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ username: 'ada', password: 'swordfish' })
  const { token } = (await (await fetch(`${server.url}/access/login`, { method: 'POST', headers, body })).json()) as { token: string }
  const listed = (await (await fetch(`${server.url}/access/audit-events`, { headers: { authorization: token } })).json()) as {
    events: { action: string }[]
  }
  deepEqual(
    listed.events.map(({ action }) => action),
    ['login.password', 'account.import'],
  )
})
