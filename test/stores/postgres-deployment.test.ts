// PostgreSQL in the configurations of deployments: encodings, standbys, roles with few privileges, passwords, certificates, sockets,
// several hosts. Each one works, or is refused in one line that says what to change.

import assert from 'node:assert/strict'
import { chown, readFile, rm } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import { migratePostgres } from '../../src/stores/postgres/migrate.ts'
import { openPostgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { makeAuditEvent, makeSession, makeUser } from '../../src/testing/index.ts'
import { makeCertificate } from '../support/certificate.ts'
import { PASSWORD_USER, postgresOwner, type RunningPostgres, startPostgres } from '../support/postgres.ts'
import { freePort } from '../support/raw-http.ts'
import { runCommand, temporaryFolder } from '../support/server.ts'

let postgres: RunningPostgres
let folder = ''
let certificate = ''
let otherCa = ''
before(async () => {
  folder = await temporaryFolder()
  const made = await makeCertificate(folder, ['localhost'])
  const { uid, gid } = postgresOwner()
  if (uid !== undefined && gid !== undefined) for (const path of [folder, made.cert, made.key]) await chown(path, uid, gid)
  certificate = made.cert
  const other = await temporaryFolder()
  otherCa = (await makeCertificate(other, ['localhost'])).cert
  postgres = await startPostgres('ssl=on', `ssl_cert_file=${made.cert}`, `ssl_key_file=${made.key}`, 'password_encryption=scram-sha-256')
})
after(async () => {
  await postgres[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

let databases = 0
/** @param options of CREATE DATABASE */
function createDatabase(options: string): string {
  databases += 1
  postgres.query('postgres', `CREATE DATABASE special_${databases} ${options}`)
  return `postgres://latchkey@127.0.0.1:${postgres.port}/special_${databases}`
}

async function assertRefused(url: string, pattern: RegExp): Promise<void> {
  await assert.rejects(openPostgresStore({ url }), (error) => {
    assert.ok(error instanceof StoreError, String(error))
    assert.match(error.message, pattern)
    assert.ok(!/\n|S3cret|SQLSTATE/.test(error.message), error.message)
    return true
  })
}

async function assertUsable(url: string): Promise<void> {
  const store = await openPostgresStore({ url })
  try {
    const user = makeUser()
    const session = makeSession({ userId: user.id })
    const written = await store.write([
      { do: 'insert user', user },
      { do: 'insert credential', record: session },
      { do: 'append audit event', event: makeAuditEvent({ userId: user.id }) },
    ])
    assert.equal(written.committed, true)
    assert.equal((await store.write([{ do: 'revoke credentials', where: { id: session.id }, reason: 'revoked', at: 1 }])).committed, true)
    assert.ok((await store.log.subscribe(0).next()).value.entries.length > 0)
    await store.limits.take('login:x', { count: 1, window: 1000 } as never, 1)
    await store.limits.deleteExpiredWindows(5_000)
    await store.auditEvents.deleteOlderThan(0, 10)
    await store.log.trim(0)
    await store.probe()
  } finally {
    await store.close()
  }
}

for (const encoding of ['SQL_ASCII', 'LATIN1', 'WIN1252']) {
  test(`A database with the encoding ${encoding} is refused by serve and by migrate, in one line that says what to change.`, async () => {
    const url = createDatabase(`ENCODING '${encoding}' TEMPLATE template0 LOCALE 'C'`)
    const advice = new RegExp(`has the encoding ${encoding}, .*ENCODING 'UTF8' TEMPLATE template0`)
    await assertRefused(url, advice)
    for (const command of ['serve', 'migrate']) {
      const { code, stderr } = await runCommand([command], { folder, env: { DATABASE_URL: url } })
      assert.equal(code, 1)
      assert.match(stderr, /^latchkey: DATABASE_URL: [^\n]+\n$/)
      assert.match(stderr, advice)
    }
  })
}

test('With a read-only database, serve exits with one line that says what to change.', async () => {
  const url = await postgres.createDatabase()
  await (await openPostgresStore({ url })).close()
  const name = new URL(url).pathname.slice(1)
  postgres.query('postgres', `ALTER DATABASE ${name} SET default_transaction_read_only = on`)
  await assertServeRefuses(url)
})

/** Commands that only read may work; `serve` does not start. */
async function assertServeRefuses(url: string): Promise<void> {
  const { code, stderr } = await runCommand(['serve'], { folder, env: { DATABASE_URL: url } })
  assert.equal(code, 1)
  assert.match(
    stderr,
    /^latchkey: The database \S+ on 127\.0\.0\.1 is read-only: name the primary server, and leave default_transaction_read_only off\.\n$/,
  )
}

test('A hot standby is refused, and is skipped when the connection string also names the primary.', async () => {
  await using standby = await postgres.startStandby()
  const url = await postgres.createDatabase()
  await assertUsable(url)
  const at = (...ports: readonly number[]) => url.replace(`127.0.0.1:${postgres.port}`, ports.map((port) => `127.0.0.1:${port}`).join(','))
  await assertServeRefuses(at(standby.port))
  await assertUsable(at(standby.port, postgres.port))
  await assertUsable(at(await freePort(), standby.port, postgres.port))
  await assertUsable(`${at(postgres.port, standby.port)}?target_session_attrs=primary`)
  await assertRefused(at(standby.port, await freePort()), /accepts writes|connection refused/)
})

test('The error for a role without privileges names the GRANT that it needs; with the grants of the guide the role works.', async () => {
  const owned = await postgres.createDatabase()
  const name = new URL(owned).pathname.slice(1)
  postgres.query(name, `CREATE ROLE few LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC`)
  const url = owned.replace('latchkey@', 'few@')
  await assertRefused(url, /GRANT USAGE, CREATE ON SCHEMA public to the user, or run latchkey migrate as the owner of the tables/)
  await migratePostgres(owned)
  await assertRefused(
    url,
    /does not permit the user to use its tables: GRANT SELECT, INSERT, UPDATE, DELETE ON latchkey_audit_events, .*latchkey_users to the user\.$/,
  )
  const guide = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8')
  const [statements = ''] = /```sql\n-- after `latchkey migrate`[^\n]*\n([^`]+)```/.exec(guide)?.slice(1) ?? []
  assert.match(statements, /GRANT/)
  postgres.query(name, statements.replaceAll('latchkey_server', 'few'))
  await assertUsable(url)
  postgres.query(name, 'REVOKE UPDATE ON latchkey_limits FROM few')
  await assertRefused(url, /GRANT SELECT, INSERT, UPDATE, DELETE ON latchkey_limits to the user/)
})

test('A missing schema is reported, and search_path selects another schema.', async () => {
  const url = await postgres.createDatabase()
  await assertRefused(`${url}?options=-csearch_path%3Dnowhere`, /has no schema in which Latchkey can create tables: .*set search_path/)
  postgres.query(new URL(url).pathname.slice(1), 'CREATE SCHEMA auth')
  await assertUsable(`${url}?options=-csearch_path%3Dauth`)
  assert.match(postgres.query(new URL(url).pathname.slice(1), `SELECT count(*) FROM pg_tables WHERE schemaname = 'auth'`), /^9$/)
})

test('A wrong database, role or password, a missing entry in pg_hba.conf, and too many connections are each reported in one line.', async () => {
  const url = await postgres.createDatabase()
  const name = new URL(url).pathname.slice(1)
  postgres.query(
    'postgres',
    `CREATE ROLE ${PASSWORD_USER} LOGIN PASSWORD 'right'; CREATE ROLE closed NOLOGIN; CREATE ROLE narrow LOGIN CONNECTION LIMIT 0; CREATE ROLE shut LOGIN`,
  )
  const as = (user: string) => url.replace('latchkey@', `${user}@`)
  await assertRefused(as(`${PASSWORD_USER}:S3cret`), /rejects the user name or password\.$/)
  await assertRefused(as(PASSWORD_USER), /rejects the user name or password\.$/)
  await assertRefused(as('stranger'), /rejects the user name: create the role, with LOGIN\.$/)
  await assertRefused(as('closed'), /rejects the user name: ALTER ROLE … LOGIN\.$/)
  await assertRefused(as('narrow'), /has no free connection: raise max_connections, or the limit of the role/)
  await assertRefused(url.replace(name, 'nothing'), /^The database nothing on 127\.0\.0\.1 does not exist: create it first\.$/)
  await postgres.addHbaRules(
    'host all shut 127.0.0.1/32 reject',
    'hostssl all tlsonly 127.0.0.1/32 trust',
    'host all tlsonly 127.0.0.1/32 reject',
  )
  await assertRefused(as('shut'), /pg_hba\.conf/)
  postgres.query('postgres', 'CREATE ROLE tlsonly LOGIN SUPERUSER')
  await assertRefused(as('tlsonly'), /pg_hba\.conf for this user and address without TLS: use sslmode=verify-full/)
  await assertUsable(`${as('tlsonly').replace('127.0.0.1', 'localhost')}?sslmode=require&sslrootcert=${certificate}`)
  postgres.query('postgres', `ALTER ROLE ${PASSWORD_USER} SUPERUSER`)
  await assertUsable(as(`${PASSWORD_USER}:right`))
})

test('A certificate that is not trusted or has another name is refused as sslmode demands, with the parameter to set.', async () => {
  const url = (await postgres.createDatabase()).replace('127.0.0.1', 'localhost')
  const untrusted = /presents a certificate that is not trusted \([A-Z_]+\): name the file of its CA with sslrootcert=PATH/
  for (const mode of ['require', 'verify-full']) await assertRefused(`${url}?sslmode=${mode}`, untrusted)
  await assertRefused(`${url}?sslmode=verify-full&sslrootcert=${otherCa}`, untrusted)
  await assertRefused(`${url}?sslmode=verify-ca&sslrootcert=${otherCa}`, untrusted)
  await assertRefused(
    `${url}?sslmode=verify-full&sslrootcert=/nowhere.pem`,
    /parameter sslrootcert names a file that cannot be read \(ENOENT\)/,
  )
  const byAddress = url.replace('localhost', '127.0.0.1')
  await assertRefused(`${byAddress}?sslmode=require&sslrootcert=${certificate}`, /presents a certificate for another host name/)
  for (const mode of ['require', 'verify-full', 'verify-ca']) await assertUsable(`${url}?sslmode=${mode}&sslrootcert=${certificate}`)
  await assertUsable(`${byAddress}?sslmode=verify-ca&sslrootcert=${certificate}`)
  await assertUsable(`${url}?sslmode=no-verify`)
  await assertUsable(`${url}?sslmode=disable`)
  const env = { DATABASE_URL: `${url}?sslmode=verify-full`, NODE_EXTRA_CA_CERTS: certificate }
  assert.equal((await runCommand(['migrate'], { folder, env })).code, 0)
})

test('channel_binding=require connects with SCRAM over TLS, and refuses weaker authentication.', async () => {
  const url = (await postgres.createDatabase()).replace('127.0.0.1', 'localhost')
  postgres.query('postgres', `CREATE ROLE bound LOGIN SUPERUSER PASSWORD 'right'; CREATE ROLE clear LOGIN SUPERUSER PASSWORD 'right'`)
  await postgres.addHbaRules(
    'host all bound 127.0.0.1/32 scram-sha-256',
    'host all bound ::1/128 scram-sha-256',
    'host all clear 127.0.0.1/32 password',
  )
  const parameters = `sslmode=require&channel_binding=require&sslrootcert=${certificate}`
  await assertUsable(`${url.replace('latchkey@', 'bound:right@')}?${parameters}`)
  await assertRefused(`${url.replace('latchkey@', 'clear:S3cret@')}?${parameters}`, /does not offer channel binding/)
  await assertRefused(`${url}?${parameters}`, /does not offer channel binding/)
})

test('A Unix socket, the keyword form, and other parameters connect to the same database.', async () => {
  const url = await postgres.createDatabase()
  const name = new URL(url).pathname.slice(1)
  const { socketFolder, port } = postgres
  await assertUsable(`postgres:///${name}?host=${socketFolder}&port=${port}&user=latchkey`)
  await assertUsable(`postgres://latchkey@${encodeURIComponent(socketFolder)}:${port}/${name}`)
  await assertUsable(`host=${socketFolder} port=${port} user=latchkey dbname=${name} application_name=front`)
  await assertUsable(
    `host=127.0.0.1 port=${port} user=latchkey dbname='${name}' connect_timeout=5 target_session_attrs=read-write keepalives_idle=30`,
  )
  await assertRefused(
    `postgres:///${name}?host=/nowhere&port=${port}&user=latchkey`,
    /on \/nowhere cannot be reached: the socket does not exist\.$/,
  )
})

test('A server that is not PostgreSQL, or that has no TLS, is reported as such.', async () => {
  await using plain = await startPostgres()
  await assertRefused(`${await plain.createDatabase()}?sslmode=require`, /does not offer TLS: set ssl=on there, or use sslmode=disable/)
  const { createServer } = await import('node:net')
  const server = createServer(
    (socket) => void socket.on('error', () => {}).once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  await assertRefused(`postgres://lk:S3cret@127.0.0.1:${port}/x`, /does not answer|closed the connection|cannot be reached/)
  await assertRefused(
    `postgres://lk:S3cret@127.0.0.1:${port}/x?sslmode=require`,
    /does not speak the PostgreSQL protocol: check the port\.$/,
  )
  server.close()
})
