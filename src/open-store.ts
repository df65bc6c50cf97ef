// Which store the settings name, opened; and a database brought to the form that this version works with.

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
 * @param needsFolder false where only a path that is itself a folder is refused
 * @throws StoreError where the database is to be a file, and cannot be one there
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
  /** The version the database had; 0 where there was none. */
  readonly found: number
  /** The version it has now. */
  readonly known: number
}

/** Brings a database to the form this version works with. @throws StoreError, SettingError */
export async function migrateDatabase(database: DatabaseChoice): Promise<MigratedDatabase> {
  if (database.engine === 'postgres') {
    const { migratePostgres } = await import('./stores/postgres/migrate.ts')
    return withSettingName('DATABASE_URL', () => migratePostgres(database.url))
  }
  if (database.path === IN_MEMORY)
    throw new SettingError('DATABASE_URL is "sqlite::memory:", where nothing is kept to migrate; accepted: sqlite:PATH, postgres://….')
  await checkDatabasePath(database)
  const { migrateSqlite } = await import('./stores/sqlite/migrate.ts')
  return migrateSqlite(database.path)
}

export interface DatabaseVersion {
  /** The version it has; 0 where none of our tables is there. */
  readonly found: number
  /** The version this Latchkey reads and writes. */
  readonly known: number
}

/** Looks which version a database has, and makes nothing: undefined where its file is not there. @throws StoreError, SettingError */
export async function readDatabaseVersion(database: DatabaseChoice): Promise<DatabaseVersion | undefined> {
  if (database.engine === 'postgres') {
    const { readSchemaVersions } = await import('./stores/postgres/migrate.ts')
    return withSettingName('DATABASE_URL', () => readSchemaVersions(database.url))
  }
  if (database.path === IN_MEMORY)
    throw new SettingError('DATABASE_URL is "sqlite::memory:", where nothing outlives a process; accepted: sqlite:PATH, postgres://….')
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
