// Opens the store that the settings name, and migrates its database.

import { existsSync } from 'node:fs'
import { StoreError } from './domain/errors.ts'
import type { Store } from './ports/store.ts'
import { type DatabaseChoice, SettingError, type Settings } from './settings.ts'
import { createMemoryStore } from './stores/memory/memory-store.ts'

export const IN_MEMORY = ':memory:'

/** @throws StoreError naming the setting whose server cannot be used */
export async function openStore(settings: Pick<Settings, 'databaseUrl' | 'redisUrl' | 'tokenLifetime'>): Promise<Store> {
  const { databaseUrl, redisUrl, tokenLifetime } = settings
  const database = await openDatabase(databaseUrl)
  if (redisUrl === undefined) return database
  try {
    const { openRedisStore } = await import('./stores/redis/redis-store.ts')
    return await withSettingName('REDIS_URL', () => openRedisStore({ url: redisUrl, database, tokenLifetime }))
  } catch (error) {
    await database.close()
    throw error
  }
}

/**
 * @param needsFolder false to refuse only a path that is itself a folder
 * @throws StoreError where the database cannot be a file at that path
 */
export async function checkDatabasePath(database: DatabaseChoice, needsFolder = true): Promise<void> {
  if (database.engine === 'postgres' || database.path === IN_MEMORY) return
  const { assertUsablePath } = await import('./stores/sqlite/check-path.ts')
  await withSettingName('DATABASE_URL', async () => assertUsablePath(database.path, needsFolder))
}

async function openDatabase(database: DatabaseChoice): Promise<Store> {
  if (database.engine === 'postgres') {
    const { openPostgresStore } = await import('./stores/postgres/postgres-store.ts')
    return withSettingName('DATABASE_URL', () => openPostgresStore({ url: database.url }))
  }
  if (database.path === IN_MEMORY) return createMemoryStore()
  const { openSqliteStore } = await import('./stores/sqlite/sqlite-store.ts')
  return openSqliteStore({ path: database.path })
}

export interface MigratedDatabase {
  /** The schema version before; 0 where there was no database. */
  readonly found: number
  /** The schema version now. */
  readonly known: number
}

/** Migrates a database to the schema of this version. @throws StoreError, SettingError */
export async function migrateDatabase(database: DatabaseChoice): Promise<MigratedDatabase> {
  if (database.engine === 'postgres') {
    const { migratePostgres } = await import('./stores/postgres/migrate.ts')
    return withSettingName('DATABASE_URL', () => migratePostgres(database.url))
  }
  if (database.path === IN_MEMORY)
    throw new SettingError('DATABASE_URL is "sqlite::memory:", which holds no data to migrate; accepted: sqlite:PATH, postgres://….')
  await checkDatabasePath(database)
  const { migrateSqlite } = await import('./stores/sqlite/migrate.ts')
  return migrateSqlite(database.path)
}

export interface DatabaseVersion {
  /** Its schema version; 0 where it has none of our tables. */
  readonly found: number
  /** The schema version that this Latchkey reads and writes. */
  readonly known: number
}

/** Reads the schema version of a database without creating anything; undefined where its file does not exist. @throws StoreError, SettingError */
export async function readDatabaseVersion(database: DatabaseChoice): Promise<DatabaseVersion | undefined> {
  if (database.engine === 'postgres') {
    const { readSchemaVersions } = await import('./stores/postgres/migrate.ts')
    return withSettingName('DATABASE_URL', () => readSchemaVersions(database.url))
  }
  if (database.path === IN_MEMORY)
    throw new SettingError(
      'DATABASE_URL is "sqlite::memory:", which holds no data after a process stops; accepted: sqlite:PATH, postgres://….',
    )
  if (!existsSync(database.path)) return undefined
  const { readSchemaVersions } = await import('./stores/sqlite/migrate.ts')
  return readSchemaVersions(database.path)
}

async function withSettingName<T>(setting: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    throw error instanceof StoreError ? new StoreError(`${setting}: ${error.message}`, { cause: error }) : error
  }
}
