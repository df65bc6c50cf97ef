// Migrates a SQLite file to the schema of this version. Several processes may start at once: the first to get the lock migrates,
// and the others find it done.

import { existsSync } from 'node:fs'
import { StoreError } from '../../domain/errors.ts'
import { MIGRATIONS, newerSchemaMessage, SCHEMA_VERSION, type SchemaVersions, type SqlDialect } from '../sql/schema.ts'
import { Connection } from './connection.ts'

const DIALECT: SqlDialect = {
  key: 'TEXT',
  position: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  integer: 'INTEGER',
  indexOf: 'instr',
  ownNames: [],
}

/** How long a start waits for another process's migration, in milliseconds. */
const MIGRATION_TIMEOUT_MS = 30_000

/** Opens a connection to the file with its schema up to date. @throws StoreError, also when a newer version made the file */
export async function openMigrated(path: string): Promise<Connection> {
  const { connection } = await open(path)
  return connection
}

/** Reads the schema version of a file; changes nothing and creates no file. @throws StoreError */
export async function readSchemaVersions(path: string): Promise<SchemaVersions> {
  if (!existsSync(path)) return { found: 0, known: SCHEMA_VERSION }
  const connection = new Connection(path)
  try {
    return { found: await connection.withRetries(() => readVersion(connection)), known: SCHEMA_VERSION }
  } finally {
    connection.close()
  }
}

/** Migrates a file, which is created if missing, and returns the version it had. @throws StoreError */
export async function migrateSqlite(path: string): Promise<SchemaVersions> {
  const { connection, found } = await open(path)
  connection.close()
  return { found, known: SCHEMA_VERSION }
}

async function open(path: string): Promise<{ readonly connection: Connection; readonly found: number }> {
  const connection = new Connection(path)
  try {
    await connection.withRetries(() => configure(connection), MIGRATION_TIMEOUT_MS)
    return { connection, found: await connection.withRetries(() => migrate(connection), MIGRATION_TIMEOUT_MS) }
  } catch (error) {
    connection.close()
    throw error
  }
}

function configure(connection: Connection): void {
  connection.execute('PRAGMA journal_mode = WAL')
  connection.execute('PRAGMA synchronous = FULL')
  // 16 MiB: sessions and the upper levels of every index stay in memory.
  connection.execute('PRAGMA cache_size = -16384')
  // Deleted content is overwritten where the page is written anyway.
  connection.execute('PRAGMA secure_delete = FAST')
  // Truncates a write-ahead log that has grown.
  connection.execute('PRAGMA journal_size_limit = 67108864')
}

/** Returns the version that the file had. */
function migrate(connection: Connection): number {
  const found = readVersion(connection)
  if (found > SCHEMA_VERSION) throw new StoreError(newerSchemaMessage(connection.subject, found))
  if (found === SCHEMA_VERSION) return found
  return connection.transaction(() => {
    // Another process may have migrated the file before this one got the lock.
    const locked = readVersion(connection)
    const pending = MIGRATIONS.slice(locked).flatMap((migration) => migration(DIALECT))
    for (const sql of pending) connection.execute(sql)
    if (pending.length > 0) writeVersion(connection, locked)
    return locked
  })
}

function readVersion(connection: Connection): number {
  const table = connection.query(`SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'latchkey_schema'`).first()
  if (table === undefined) return 0
  return connection.query<readonly [number]>('SELECT version FROM latchkey_schema').first()?.[0] ?? 0
}

function writeVersion(connection: Connection, found: number): void {
  if (found === 0) {
    connection.execute('CREATE TABLE latchkey_schema (version INTEGER NOT NULL, probe BLOB)')
    connection.command('INSERT INTO latchkey_schema (version) VALUES (?)')(SCHEMA_VERSION)
  } else {
    connection.command('UPDATE latchkey_schema SET version = ?')(SCHEMA_VERSION)
  }
}
