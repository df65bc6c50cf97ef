// Tests settings: an invalid one stops the start with one line that names the setting, its value and what is accepted; flags
// override the environment, and the environment overrides the configuration file.

import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, describe, test } from 'node:test'
import { nonEmpty } from '../../src/setting-parsers.ts'
import { SETTING_KEYS, SETTINGS } from '../../src/settings.ts'
import { runCommand, startServer, temporaryFolder } from '../support/server.ts'
import { TestClient } from '../support/test-client.ts'

let folder = ''
before(async () => {
  folder = await temporaryFolder()
})
after(() => rm(folder, { recursive: true, force: true }))

async function freshFolder(name: string): Promise<string> {
  const path = join(folder, name)
  await mkdir(path)
  return path
}

/** The one line with which `serve` refuses to start. */
async function refusal(env: Readonly<Record<string, string>>, args: readonly string[] = [], where = folder, code = 2): Promise<string> {
  const result = await runCommand(['serve', ...args], { folder: where, env })
  equal(result.code, code, result.stderr + result.stdout)
  equal(result.stdout, '')
  match(result.stderr, /^latchkey: [^\n]+\n$/)
  return result.stderr
}

/** Invalid values; settings that accept any text have none. */
const WRONG: Readonly<Record<string, string>> = {
  PORT: '65536',
  LATCHKEY_PUBLIC_URL: 'https://login.example.com/path',
  DATABASE_URL: 'mysql://localhost/db',
  REDIS_URL: 'localhost:6379',
  LATCHKEY_SECRET: 'only-thirty-one-bytes-long-00000',
  LATCHKEY_ALLOWED_ORIGINS: 'https://*.example.com',
  LATCHKEY_SESSION_IDLE_TIMEOUT: '20',
  LATCHKEY_SESSION_ABSOLUTE_TIMEOUT: '12 hours',
  LATCHKEY_REMEMBER_LIFETIME: '-30d',
  LATCHKEY_TOKEN_LIFETIME: '0s',
  LATCHKEY_TOKEN_ALG: 'RS256',
  LATCHKEY_FRESH_AGE: 'short',
  LATCHKEY_AUDIT_RETENTION: '1y',
  LATCHKEY_PASSWORD_MIN: '7',
  LATCHKEY_LOGIN_LIMIT: '10',
  LATCHKEY_REGISTRATION_LIMIT: '10/1h,100/1h',
  LATCHKEY_REGISTRATION: 'shut',
  LATCHKEY_COOKIE_NAME: 'Latchkey_1',
  LATCHKEY_COOKIE_DOMAIN: '.example.com',
  LATCHKEY_COOKIE_SAME_SITE: 'Lax',
  LATCHKEY_CLEAR_SITE_DATA: 'yes',
  LATCHKEY_DEVICE_BINDING: 'always',
  LATCHKEY_DPOP: 'sometimes',
  LATCHKEY_REVOKE_ON_RISK: 'notice',
  METRICS_PORT: 'nine',
  LATCHKEY_TRUSTED_PROXIES: '10.0.0.0/33',
  LATCHKEY_FORWARDED_HEADER: 'via',
  LOG_LEVEL: 'verbose',
}

describe('an invalid value stops the start with one line', { concurrency: 3 }, () => {
  for (const key of SETTING_KEYS) {
    const { name, accepted } = SETTINGS[key]
    const value = name === 'LATCHKEY_SECRET' ? WRONG[name]?.slice(1) : WRONG[name]
    if (value === undefined && SETTINGS[key].parse === nonEmpty) continue
    test(`for ${name}`, async () => {
      ok(value !== undefined, 'this test has an invalid value')
      const line = await refusal({ [name]: value })
      ok(line.startsWith(`latchkey: ${name} is `), line)
      ok(line.includes(`; accepted: ${accepted}.`), line)
      if (name === 'LATCHKEY_SECRET') equal(line.includes(value), false, 'the error does not contain the secret')
      else ok(line.includes(JSON.stringify(value)), line)
    })
  }
})

const SET = { LATCHKEY_SECRET: 'a-secret-that-is-set-0000000000000000000' }

describe('the server refuses to start with one line', { concurrency: 3 }, () => {
  test('when the port is in use', async () => {
    const holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const address = holder.address()
    const port = String(typeof address === 'object' && address?.port)
    match(await refusal({ PORT: port }), new RegExp(`PORT is "${port}", which is in use on HOST "127.0.0.1"; accepted: `))
    match(await refusal({ METRICS_PORT: port }), new RegExp(`METRICS_PORT is "${port}", which is in use`))
    holder.close()
  })

  test('when HOST is not an address of this machine', async () => {
    match(await refusal({ HOST: '192.0.2.1' }), /HOST is "192\.0\.2\.1", which the server cannot listen on .*; accepted: /)
  })

  test('when two settings contradict each other', async () => {
    match(await refusal({ TLS_CERT: 'cert.pem' }), /TLS_CERT and TLS_KEY go together/)
    match(await refusal({ LATCHKEY_COOKIE_SAME_SITE: 'none' }), /LATCHKEY_COOKIE_SAME_SITE is "none".*https/)
    match(await refusal({ LATCHKEY_DEVICE_BINDING: 'required' }), /LATCHKEY_DEVICE_BINDING is "required".*https/)
    match(
      await refusal({ LATCHKEY_COOKIE_DOMAIN: 'example.com', LATCHKEY_PUBLIC_URL: 'https://example.org' }),
      /LATCHKEY_COOKIE_DOMAIN is "example\.com"; accepted: example\.org/,
    )
  })

  test('when a certificate cannot be read', async () => {
    match(await refusal({ TLS_CERT: 'no.pem', TLS_KEY: 'no.key' }), /TLS_CERT is "no\.pem", which cannot be read .*; accepted: /)
  })

  test('when the country database cannot be read or is invalid', async () => {
    match(await refusal({ LATCHKEY_COUNTRY_DATABASE: 'no.mmdb' }), /LATCHKEY_COUNTRY_DATABASE is "no\.mmdb", .*ENOENT.*; accepted: /)
    match(
      await refusal({ LATCHKEY_COUNTRY_DATABASE: import.meta.filename }),
      /LATCHKEY_COUNTRY_DATABASE is .*which cannot be used .*; accepted: /,
    )
  })

  test('when the folder of the database does not exist', async () => {
    match(await refusal({ DATABASE_URL: 'sqlite:nowhere/latchkey.db' }, [], folder, 1), /its folder must exist and be writable/)
    const line = await refusal({ ...SET, DATABASE_URL: 'sqlite:nowhere/latchkey.db' }, [], folder, 1)
    match(line, /^latchkey: DATABASE_URL: The database latchkey\.db cannot be opened: .*nowhere does not exist\.\n$/)
  })

  test('when the database is a folder, or its folder is a file; creates nothing beside it', async () => {
    const where = await freshFolder('a-folder')
    await mkdir(join(where, 'data'))
    await writeFile(join(where, 'file'), '')
    match(await refusal({ DATABASE_URL: 'sqlite:data' }, [], where, 1), /is a folder; name a file in it, such as data\/latchkey\.db\.\n$/)
    match(
      await refusal({ ...SET, DATABASE_URL: 'sqlite:file/a.db' }, [], where, 1),
      /its folder must exist and be writable, and .*\/file is a file\.\n$/,
    )
    const migrating = await runCommand(['migrate'], { folder: where, env: { DATABASE_URL: 'sqlite:data' } })
    equal(migrating.code, 1)
    match(migrating.stderr, /^latchkey: DATABASE_URL: [^\n]* is a folder; [^\n]*\n$/)
    deepEqual((await readdir(where)).sort(), ['data', 'file'])
  })

  test('when the database has the schema of a newer version', async () => {
    const where = await freshFolder('newer')
    equal((await runCommand(['migrate'], { folder: where })).code, 0)
    const database = new DatabaseSync(join(where, 'latchkey.db'))
    database.exec('UPDATE latchkey_schema SET version = 99')
    database.close()
    match(await refusal({}, [], where, 1), /was made by a newer version of Latchkey \(schema 99; .* upgrade Latchkey/)
    const command = await runCommand(['user', 'list'], { folder: where })
    equal(command.code, 1)
    match(command.stderr, /^latchkey: .*newer version.*\n$/)
  })

  test('when the secret file is too short, without printing the secret', async () => {
    const where = await freshFolder('short-secret')
    await writeFile(join(where, 'latchkey.db.secret'), 'not-so-secret')
    const line = await refusal({}, [], where)
    match(line, /LATCHKEY_SECRET is too short in .*latchkey\.db\.secret; accepted: at least 32 bytes/)
    equal(line.includes('not-so-secret'), false)
  })

  test('when a setting is set both directly and by a file, or by a missing file', async () => {
    match(await refusal({ LOG_LEVEL: 'info', LOG_LEVEL_FILE: 'x' }), /LOG_LEVEL and LOG_LEVEL_FILE are both set/)
    match(await refusal({ LATCHKEY_SECRET_FILE: 'no.txt' }), /LATCHKEY_SECRET_FILE is "no\.txt", which cannot be read/)
  })

  test('when the file of a setting is not UTF-8', async () => {
    const where = await freshFolder('utf-16')
    await writeFile(join(where, 'secret.txt'), Buffer.from(`\uFEFF${'s'.repeat(40)}\r\n`, 'utf16le'))
    match(await refusal({ LATCHKEY_SECRET_FILE: 'secret.txt' }, [], where), /LATCHKEY_SECRET_FILE is "secret\.txt", which is not UTF-8/)
  })

  test('when the configuration file has an unknown setting or an invalid value', async () => {
    const where = await freshFolder('wrong-file')
    await writeFile(join(where, 'latchkey.config.mjs'), 'export default { sesionIdleTimeout: "20m" }')
    match(await refusal({}, [], where), /sesionIdleTimeout is not a setting\. Settings: /)
    await writeFile(join(where, 'latchkey.config.ts'), 'export default { sessionIdleTimeout: "20" }')
    match(await refusal({}, [], where), /sessionIdleTimeout is "20"; accepted: a duration/)
    await writeFile(join(where, 'latchkey.config.ts'), 'export default {')
    await refusal({}, [], where, 1)
  })
})

test('a lost secret stops the start; after the SQL statement of the error, new keys are created and users can sign in', async () => {
  const where = await freshFolder('lost-secret')
  const lost = { LATCHKEY_SECRET: 'the-one-that-was-lost-000000000000000000' }
  const found = { LATCHKEY_SECRET: 'the-one-instead-of-it-000000000000000000' }
  await using before = await startServer({ folder: where, env: lost })
  const ida = new TestClient(before.url)
  await ida.register('Ida')
  await before.stop()
  const line = await refusal(found, [], where, 1)
  const [statement = ''] = /DELETE FROM \w+/.exec(line) ?? []
  ok((await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8')).includes(`'${statement}'`), statement)
  const database = new DatabaseSync(join(where, 'latchkey.db'))
  database.exec(statement)
  database.close()
  await using after = await startServer({ folder: where, env: found })
  const again = ida.forServer(after.url)
  equal((await again.callWithCookies('GET', '/access/session')).status, 401)
  equal((await again.login('Ida')).status, 200)
})

test('flags override the environment, and the environment overrides the configuration file', async () => {
  const where = await freshFolder('precedence')
  const file = { sessionIdleTimeout: '1m', rememberLifetime: '2d', tokenLifetime: '60s', allowedOrigins: ['https://app.example.com'] }
  await writeFile(join(where, 'latchkey.config.ts'), `export default ${JSON.stringify(file)} as Readonly<Record<string, unknown>>\n`)
  await writeFile(join(where, 'lifetime.txt'), '3d\n')
  await using server = await startServer({
    folder: where,
    env: { LATCHKEY_SESSION_IDLE_TIMEOUT: '2m', LATCHKEY_REMEMBER_LIFETIME_FILE: 'lifetime.txt' },
    args: ['--session-idle-timeout', '3m', '--log-level', 'silent'],
  })
  const visitor = new TestClient(server.url)
  const { json, headers } = await visitor.register('Flo', { remember: true })
  equal(json.session.idleTimeout, 180, 'the flag')
  ok(
    headers.getSetCookie().some((cookie) => cookie.includes('Max-Age=259200')),
    'the environment, from a file',
  )
  ok(json.expiresIn === 60 || json.expiresIn === 59, 'the file, to the whole second')
  const preflight = await visitor.callWithCookies('OPTIONS', '/access/token', { headers: { origin: 'https://app.example.com' } })
  equal(preflight.headers.get('access-control-allow-origin'), 'https://app.example.com')
})

test('the first line names the address, then the public URL', async () => {
  const where = await freshFolder('first-line')
  await using server = await startServer({ folder: where, env: { LATCHKEY_PUBLIC_URL: 'https://login.example.com' } })
  match(server.output(), /^Latchkey listens on http:\/\/127\.0\.0\.1:\d+, public URL https:\/\/login\.example\.com\n/)
})

test('ignores a byte order mark and CRLF in the file of a setting and in the configuration file', async () => {
  const where = await freshFolder('marks')
  const secret = 'a-secret-of-exactly-thirty-two-b'
  await writeFile(join(where, 'secret.txt'), `\uFEFF${secret}\r\n`)
  await writeFile(join(where, 'latchkey.config.ts'), "\uFEFFexport default { databaseUrl: 'sqlite:marked.db' }\r\n")
  const environments = [{ LATCHKEY_SECRET_FILE: 'secret.txt' }, { LATCHKEY_SECRET: secret }]
  const added = await runCommand(['user', 'add', 'root'], {
    folder: where,
    env: environments[0] ?? {},
    input: 'blue-tulip-under-7-moons\n',
  })
  equal(added.code, 0, added.stderr)
  // The key ring is sealed with the secret, so that only the same secret opens it.
  for (const env of environments) {
    const { code, stderr } = await runCommand(['signing-key', 'rotate'], { folder: where, env })
    equal(code, 0, stderr)
  }
  await writeFile(join(where, 'marked.db.secret'), `\uFEFF${secret}\r\n`)
  equal((await runCommand(['signing-key', 'rotate'], { folder: where })).code, 0, 'the file beside the database')
})
