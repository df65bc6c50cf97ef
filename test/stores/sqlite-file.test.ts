// The SQLite file: its permissions, sync mode, tombstones, indexes and schema version.

import assert from 'node:assert/strict'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { StoreError } from '../../src/domain/errors.ts'
import { AUDIT_EVENT_SQL } from '../../src/stores/sql/audit-events.ts'
import { CREDENTIAL_SQL } from '../../src/stores/sql/credentials.ts'
import { KEY_RING_SQL } from '../../src/stores/sql/key-ring.ts'
import { LIMIT_SQL } from '../../src/stores/sql/limits.ts'
import { REVOCATION_SQL } from '../../src/stores/sql/revocations.ts'
import { SCHEMA_VERSION } from '../../src/stores/sql/schema.ts'
import { USER_SQL } from '../../src/stores/sql/users.ts'
import { migrateSqlite, openMigrated, readSchemaVersions } from '../../src/stores/sqlite/migrate.ts'
import { createSqliteStore, openSqliteStore } from '../../src/stores/sqlite/sqlite-store.ts'
import { readLog } from '../../src/testing/helpers.ts'
import { makeRememberMe, makeSession } from '../../src/testing/index.ts'
import { temporaryPath } from './temporary-path.ts'

test('A new file and the files that SQLite creates beside it have mode 0600.', async () => {
  const path = temporaryPath()
  const store = await openSqliteStore({ path })
  await store.probe()
  const files = readdirSync(dirname(path))
  assert.deepEqual(files.toSorted(), ['latchkey.db', 'latchkey.db-shm', 'latchkey.db-wal'])
  for (const file of files) assert.equal(statSync(join(dirname(path), file)).mode & 0o777, 0o600, file)
  await store.close()
})

test('Every commit is synced to disk, except rate limit counters.', async () => {
  const connection = await openMigrated(temporaryPath())
  const store = createSqliteStore(connection)
  const synchronous = connection.query<readonly [number]>('PRAGMA synchronous')
  const FULL = 2
  assert.deepEqual(synchronous.first(), [FULL])
  await store.limits.take('a', { points: 1, window: 1 }, 1)
  await store.probe()
  assert.deepEqual(synchronous.first(), [FULL])
  await store.close()
})

test('Rows of tombstones contain no data of the user.', async () => {
  const path = temporaryPath()
  const store = await openSqliteStore({ path })
  const [session, rememberMe] = [makeSession({ userId: 'usr_gone' }), makeRememberMe({ userId: 'usr_gone' })]
  for (const record of [session, rememberMe]) await store.write([{ do: 'insert credential', record }])
  await store.write([{ do: 'revoke credentials', where: { userId: 'usr_gone', except: [] }, reason: 'revoked', at: 7 }])
  const other = new DatabaseSync(path)
  const rows = other.prepare('SELECT * FROM latchkey_credentials ORDER BY kind').all()
  other.close()
  await store.close()
  const blank = { user_id: null, lineage: null, version: 0, last_seen_at: null, rest: null, data: null, reason: 'revoked', ended_at: 7 }
  assert.deepEqual(
    rows.map((row) => ({ ...row })),
    [rememberMe, session].map(({ id, kind, hash, expiresAt }) => ({ id, kind, hash, expires_at: expiresAt, ...blank })),
  )
})

test('Every statement uses an index; none scans a whole table.', async () => {
  const path = temporaryPath()
  await migrateSqlite(path)
  const database = new DatabaseSync(path)
  // `count` reads all keys, but only from an index.
  const { count, ...limits } = LIMIT_SQL
  const statements = [CREDENTIAL_SQL, REVOCATION_SQL, KEY_RING_SQL, limits, AUDIT_EVENT_SQL, USER_SQL].flatMap((group) =>
    Object.values(group),
  )
  for (const sql of [...statements, count]) {
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all()
    const steps = plan.map(({ detail }) => String(detail))
    const scans = steps.filter(
      (step) => /^SCAN (?!.*USING (COVERING )?INDEX)/.test(step) && !/^SCAN (expired|idle|CONSTANT ROW)/.test(step),
    )
    assert.deepEqual(scans, [], sql)
  }
  database.close()
})

test('A database of a newer version is refused with advice.', async () => {
  const path = temporaryPath()
  await migrateSqlite(path)
  const database = new DatabaseSync(path)
  database.exec('UPDATE latchkey_schema SET version = 7')
  database.close()
  const message =
    `The database latchkey.db was made by a newer version of Latchkey (schema 7; this version supports ${SCHEMA_VERSION}): ` +
    'upgrade Latchkey, or restore the backup made before the upgrade.'
  for (const opening of [openSqliteStore({ path }), migrateSqlite(path)]) {
    await assert.rejects(opening, (error: unknown) => error instanceof StoreError && error.message === message)
  }
  assert.deepEqual(await readSchemaVersions(path), { found: 7, known: SCHEMA_VERSION })
})

test('Reading the versions changes nothing; migrating returns the version it found, and repeating it does nothing.', async () => {
  const path = temporaryPath()
  assert.deepEqual(await readSchemaVersions(path), { found: 0, known: SCHEMA_VERSION })
  assert.ok(!existsSync(path))
  assert.deepEqual(await migrateSqlite(path), { found: 0, known: SCHEMA_VERSION })
  assert.deepEqual(await migrateSqlite(path), { found: SCHEMA_VERSION, known: SCHEMA_VERSION })
  assert.deepEqual(await readSchemaVersions(path), { found: SCHEMA_VERSION, known: SCHEMA_VERSION })
})

test('Data is kept when the file is reopened, and positions continue.', async () => {
  const path = temporaryPath()
  const record = makeSession()
  const first = await openSqliteStore({ path })
  await first.write([{ do: 'insert credential', record }])
  await first.write([{ do: 'append entry', entry: { kind: 'keys', at: 1 } }])
  await first.log.trim(2)
  await first.close()
  const second = await openSqliteStore({ path })
  assert.deepEqual(await second.credentials.find(record.id), record)
  await second.write([{ do: 'append entry', entry: { kind: 'keys', at: 3 } }])
  assert.deepEqual(await readLog(second, 1), { entries: [{ kind: 'keys', at: 3 }], position: 2 })
  await second.close()
})
