// Refusals and failures of PostgreSQL, and that frequent statements do not scan whole tables.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { StoreError } from '../../src/domain/errors.ts'
import type { Store } from '../../src/ports/store.ts'
import { openMigrated } from '../../src/stores/postgres/migrate.ts'
import { openPostgresStore } from '../../src/stores/postgres/postgres-store.ts'
import { makeRememberMe, makeSession, makeUser } from '../../src/testing/index.ts'
import { PASSWORD_USER, type RunningPostgres, startPostgres } from '../support/postgres.ts'
import { waitFor } from '../support/wait-for.ts'

let postgres: RunningPostgres
before(async () => {
  postgres = await startPostgres('fsync=off')
})
after(() => postgres[Symbol.asyncDispose]())

async function connected(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  return client
}

async function execute(url: string, ...statements: readonly string[]): Promise<void> {
  const client = await connected(url)
  for (const sql of statements) await client.query(sql)
  await client.end()
}

const databaseOf = (url: string) => new URL(url).pathname.slice(1)

function withMessage(message: string) {
  return (error: unknown) => {
    assert.ok(error instanceof StoreError)
    assert.equal(error.message, message)
    return true
  }
}

test('A wrong or missing password is reported, without the password.', async () => {
  const url = await postgres.createDatabase()
  const name = databaseOf(url)
  postgres.query(name, `CREATE ROLE ${PASSWORD_USER} LOGIN SUPERUSER PASSWORD 'right'`)
  const as = (user: string) => `postgres://${user}@${postgres.host}:${postgres.port}/${name}`
  for (const user of [`${PASSWORD_USER}:wrong`, PASSWORD_USER]) {
    const message = `The database ${name} on 127.0.0.1 rejects the user name or password.`
    await assert.rejects(openPostgresStore({ url: as(user) }), withMessage(message))
  }
  const store = await openPostgresStore({ url: as(`${PASSWORD_USER}:right`) })
  await store.probe()
  await store.close()
})

test('An invalid URL is refused with a message and a cause that do not contain it.', async () => {
  for (const url of ['postgres://latchkey:hush@[host/x', 'postgres://latchkey:hush@host/%zz']) {
    await assert.rejects(openPostgresStore({ url }), (error) => {
      assert.ok(error instanceof StoreError)
      assert.match(error.message, /^The database cannot be opened: /)
      assert.ok(!error.message.includes('hush') && error.cause === undefined)
      return true
    })
  }
})

test('A read-only database can be opened and read; probes and writes report that it is read-only.', async () => {
  const url = await postgres.createDatabase()
  const [record, next] = [makeSession(), makeSession()]
  const before = await openPostgresStore({ url })
  await before.write([{ do: 'insert credential', record }])
  await before.close()
  await execute(url, `ALTER DATABASE ${databaseOf(url)} SET default_transaction_read_only = on`)
  const store = await openPostgresStore({ url })
  const message = `The database ${databaseOf(url)} on 127.0.0.1 is read-only: name the primary server, and leave default_transaction_read_only off.`
  assert.deepEqual(await store.credentials.find(record.id), record)
  await assert.rejects(store.probe(), withMessage(message))
  await assert.rejects(store.write([{ do: 'insert credential', record: next }]), withMessage(message))
  await store.close()
})

test('A role that may not create tables is reported.', async () => {
  const url = await postgres.createDatabase()
  postgres.query(databaseOf(url), 'CREATE ROLE plain LOGIN')
  const opening = openPostgresStore({ url: url.replace('latchkey@', 'plain@') })
  const advice = 'GRANT USAGE, CREATE ON SCHEMA public to the user, or run latchkey migrate as the owner of the tables.'
  const message = `The database ${databaseOf(url)} on 127.0.0.1 does not permit the user to create or change tables: ${advice}`
  await assert.rejects(opening, withMessage(message))
})

test('Searching for text that PostgreSQL cannot store finds nothing and is not an error.', async () => {
  const store = await openPostgresStore({ url: await postgres.createDatabase() })
  assert.equal(await store.credentials.find('a\0b'), undefined)
  assert.equal(await store.users.find('a\0b'), undefined)
  assert.equal(await store.users.findByUsernameKey('a\0b'), undefined)
  const record = makeSession({ data: JSON.stringify({ nul: '\0' }), userAgent: 'a\0b' })
  await store.write([{ do: 'insert credential', record }])
  assert.deepEqual(await store.credentials.find(record.id), record)
  await store.close()
})

test('Rows of tombstones contain no data of the user.', async () => {
  const url = await postgres.createDatabase()
  const store = await openPostgresStore({ url })
  const [session, rememberMe] = [makeSession({ userId: 'usr_gone' }), makeRememberMe({ userId: 'usr_gone' })]
  for (const record of [session, rememberMe]) await store.write([{ do: 'insert credential', record }])
  await store.write([{ do: 'revoke credentials', where: { userId: 'usr_gone', except: [] }, reason: 'revoked', at: 7 }])
  await store.close()
  const sql = `SELECT id, num_nonnulls(user_id, lineage, last_seen_at, rest, data) FROM latchkey_credentials ORDER BY kind`
  assert.equal(postgres.query(databaseOf(url), sql), `${rememberMe.id}|0\n${session.id}|0`)
})

test('A connection lost between two statements of a write fails only that write.', async () => {
  const url = await postgres.createDatabase()
  const store = await openPostgresStore({ url })
  const connection = await openMigrated(url)
  const interrupted = connection.transaction(async () => {
    await execute(url, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle in transaction'`)
    // No query is running on this connection now: its loss must terminate neither the process nor the pool.
    await new Promise((resolve) => setTimeout(resolve, 100))
  })
  await assert.rejects(interrupted, StoreError)
  assert.equal(await connection.transaction(async () => 'works'), 'works')
  await connection.close()
  await store.close()
})

test('After the log connection is lost, a new subscription misses no entry.', async () => {
  const url = await postgres.createDatabase()
  const store = await openPostgresStore({ url })
  const { position } = (await store.log.subscribe(0).next()).value
  await execute(
    url,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%latchkey_revocation_counter%' AND pid <> pg_backend_pid()`,
  )
  await store.write([{ do: 'append entry', entry: { kind: 'keys', at: 1 } }])
  let received: readonly unknown[] = []
  await waitFor('the log to be read again', async () => {
    try {
      const { value } = await store.log.subscribe(position).next()
      received = value.entries
      return true
    } catch (error) {
      assert.ok(error instanceof StoreError)
      return false
    }
  })
  assert.deepEqual(received, [{ kind: 'keys', at: 1 }])
  await store.close()
})

test('Any number of subscriptions share one log connection, without warnings.', async () => {
  const url = await postgres.createDatabase()
  const store = await openPostgresStore({ url })
  const warnings: string[] = []
  const onWarning = (warning: Error) => void warnings.push(warning.message)
  process.on('warning', onWarning)
  const listeners = () =>
    Number(
      postgres.query(
        'postgres',
        `SELECT count(*) FROM pg_stat_activity WHERE datname = '${databaseOf(url)}' AND query LIKE '%revocation_counter%'`,
      ),
    )
  const subscriptions = Array.from({ length: 8 }, () => store.log.subscribe(0))
  for (let beat = 0; beat < 3; beat += 1) await Promise.all(subscriptions.map((subscription) => subscription.next()))
  assert.equal(listeners(), 1)
  await new Promise((resolve) => setImmediate(resolve))
  assert.deepEqual(warnings, [])
  process.off('warning', onWarning)
  await store.close()
  await waitFor('its connection to be gone', () => listeners() === 0)
})

test('The number of rate limit counters is bounded, for any number of keys.', async () => {
  const url = await postgres.createDatabase()
  const store = await openPostgresStore({ url })
  await execute(
    url,
    `INSERT INTO latchkey_limits SELECT 'ended-' || n, 1, n FROM generate_series(1, 5000) AS n`,
    `INSERT INTO latchkey_limits SELECT 'running-' || n, 1, 1000000 + n FROM generate_series(1, 101000) AS n`,
  )
  const limit = { points: 3, window: 10_000_000 }
  for (let index = 0; index < 500; index += 1) await store.limits.take(`flood-${index}`, limit, 10_000)
  const count = (where: string) => Number(postgres.query(databaseOf(url), `SELECT count(*) FROM latchkey_limits WHERE ${where}`))
  assert.equal(count('true'), 100_000)
  assert.equal(count(`key LIKE 'ended-%'`), 0)
  assert.equal(count(`key LIKE 'flood-%'`), 500)
  await store.close()
})

/** The statements of requests. */
async function hotPaths(store: Store): Promise<void> {
  const [user, session] = [makeUser(), makeSession({ userId: 'usr_7', lineage: 'l' })]
  const { id } = user
  await store.write([{ do: 'insert user', user }])
  await store.write([
    { do: 'require user', id, version: 1 },
    { do: 'insert credential', record: session },
    { do: 'require credential', id: session.id },
    { do: 'replace credential', next: { ...session, version: 2 }, ifVersion: 1 },
    { do: 'append entry', entry: { kind: 'keys', at: 1 } },
  ])
  await store.write([{ do: 'replace user', next: { ...user, version: 2 }, ifVersion: 1 }])
  await store.credentials.touch([{ id: session.id, at: session.lastSeenAt + 1 }])
  await store.write([{ do: 'revoke credentials', where: { id: session.id, unusedSince: 0 }, reason: 'idle', at: 1 }])
  await store.write([{ do: 'revoke credentials', where: { id: session.id }, reason: 'idle', at: 1 }])
  await store.write([{ do: 'revoke credentials', where: { lineage: 's8' }, reason: 'idle', at: 1 }])
  await store.write([{ do: 'revoke credentials', where: { userId: 'usr_9', except: ['x'] }, reason: 'idle', at: 1 }])
  await store.credentials.find('s7')
  await store.credentials.listByUser('usr_7')
  await store.users.find(id)
  await store.users.findByUsernameKey('key 7')
  await store.users.page('usr_7', 10)
  await store.auditEvents.list('usr_7', null, 10)
  await store.log.subscribe(199_990).next()
  await store.limits.take('a', { points: 1, window: 1 }, 1)
  await store.limits.refund('a')
  await store.write([{ do: 'delete user', id }])
}

/** The statements of the maintenance job. */
async function cleanup(store: Store): Promise<void> {
  await store.credentials.listExpired(50, 50, 10)
  await store.credentials.listTombstones({ endedAt: 19_990, id: '' }, 10)
  await store.credentials.deleteExpired(100_005, 10)
  await store.auditEvents.deleteOlderThan(10, 10)
  await store.limits.deleteExpiredWindows(1)
  await store.log.trim(1)
}

/** Runs `work` on a database with many rows. Returns the tables that it scanned sequentially. */
async function scansOf(work: (store: Store) => Promise<void>, ...settings: readonly string[]): Promise<readonly string[]> {
  const url = await postgres.createDatabase()
  const name = databaseOf(url)
  await (await openPostgresStore({ url })).close()
  await execute(
    url,
    `INSERT INTO latchkey_users SELECT 'usr_' || n, 'key ' || n, 1, '{}' FROM generate_series(1, 20000) AS n`,
    `INSERT INTO latchkey_credentials SELECT 's' || n, 'session', 'usr_' || n, 's' || n, 1, 'h', n, n + 100000, NULL, NULL, '{}', '{}'
      FROM generate_series(1, 20000) AS n`,
    `INSERT INTO latchkey_credentials SELECT 't' || n, 'session', NULL, NULL, 0, 'h', NULL, n + 100000, 'idle', n, NULL, NULL
      FROM generate_series(1, 20000) AS n`,
    `INSERT INTO latchkey_audit_events (user_id, at, rest) SELECT 'usr_' || n, n, '{}' FROM generate_series(1, 20000) AS n`,
    `INSERT INTO latchkey_revocations (position, kind, sid, at) SELECT n, 'revoked', 's' || n, n FROM generate_series(1, 200000) AS n`,
    `INSERT INTO latchkey_limits SELECT 'key-' || n, 1, n + 100 FROM generate_series(1, 20000) AS n`,
    'UPDATE latchkey_revocation_counter SET position = 200000',
    'ANALYZE',
    ...settings.map((setting) => `ALTER DATABASE ${name} SET ${setting}`),
  )
  // PostgreSQL adds the counts of a connection when it closes.
  const scans = async () => {
    const left = `SELECT count(*) FROM pg_stat_activity WHERE datname = '${name}'`
    await waitFor('the connections to be gone', () => postgres.query('postgres', left) === '0')
    // Each of the other tables has one row.
    const counted = `SELECT relname, seq_scan FROM pg_stat_user_tables
      WHERE relname NOT IN ('latchkey_schema', 'latchkey_revocation_counter', 'latchkey_key_ring') ORDER BY relname`
    return postgres.query(name, counted).split('\n')
  }
  const before = await scans()
  const store = await openPostgresStore({ url })
  await work(store)
  await store.close()
  return (await scans()).filter((line, index) => line !== before[index])
}

test('The statements of requests scan no whole table, not even with a generic plan.', async () => {
  assert.deepEqual(await scansOf(hotPaths, 'plan_cache_mode = force_generic_plan'), [])
})

test('The statements of the maintenance job scan no whole table, also when repeated.', async () => {
  const repeated = async (store: Store) => {
    for (let times = 0; times < 12; times += 1) await cleanup(store)
  }
  assert.deepEqual(await scansOf(repeated), [])
})

test('The check for sequential scans detects one.', async () => {
  const whole = async (store: Store) => {
    for (let times = 0; times < 3; times += 1) await store.credentials.listExpired(50, 50, 10)
  }
  assert.notDeepEqual(await scansOf(whole, 'enable_indexscan = off', 'enable_bitmapscan = off'), [])
})
