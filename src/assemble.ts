// Where the parts are put together: a policy from the settings, a store, the secrets, the engine on top, the handler in front.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { StoreError } from './domain/errors.ts'
import { makePolicy, type Policy } from './domain/policy.ts'
import { createEngine, type Engine } from './engine/engine.ts'
import { createArgon2 } from './platform/argon2.ts'
import { systemClock, systemTimers } from './platform/clock.ts'
import { createPasswordEstimator } from './platform/password-strength.ts'
import { createSecrets } from './platform/secrets.ts'
import { createSigning } from './platform/signing.ts'
import type { Clock } from './ports/clock.ts'
import type { PasswordHasher } from './ports/passwords.ts'
import type { Store } from './ports/store.ts'
import { type DatabaseChoice, MIN_SECRET_BYTES, SettingError, type Settings } from './settings.ts'
import { createMemoryStore } from './stores/memory/memory-store.ts'

/** Something that is specified but not there yet in this version. */
export class NotYetError extends Error {
  override readonly name = 'NotYetError'
}

export interface AssemblyHooks {
  readonly clock?: Clock
  readonly store?: Store
  readonly hasher?: PasswordHasher
  readonly onFault?: (what: string, error: unknown) => void
}

/** Entries of the memory of verified credentials: some 400 bytes each. */
const CAPACITY = 100_000

/**
 * @param publicUrl the address that people see, without a slash at its end
 * @throws SettingError, NotYetError, StoreError
 */
export async function assemble(settings: Settings, publicUrl: string, hooks: AssemblyHooks = {}): Promise<Engine> {
  if (settings.redisUrl !== undefined) throw new NotYetError('REDIS_URL: Redis is not supported by this version yet.')
  const policy = policyOf(settings, publicUrl)
  const masters = await readSecret(settings)
  const secrets = createSecrets(masters)
  const store = hooks.store ?? (await openStore(settings.databaseUrl))
  const engine = createEngine({
    policy,
    store,
    clock: hooks.clock ?? systemClock,
    timers: systemTimers,
    secrets,
    signing: createSigning(secrets),
    hasher: hooks.hasher ?? createArgon2(),
    estimator: createPasswordEstimator(),
    capacity: CAPACITY,
    onFault: hooks.onFault ?? (() => {}),
  })
  try {
    await engine.start()
  } catch (error) {
    await store.close()
    throw error
  }
  return engine
}

function policyOf(settings: Settings, publicUrl: string): Policy {
  const { cookieDomain, cookieSameSite, loginLimit, clearSiteData, ...rest } = settings
  return makePolicy({
    issuer: publicUrl,
    audience: settings.audience ?? publicUrl,
    ownOrigin: publicUrl,
    allowedOrigins: settings.allowedOrigins,
    cookies: { secure: publicUrl.startsWith('https:'), domain: cookieDomain ?? null, sameSite: cookieSameSite },
    clearSiteData: clearSiteData ?? false,
    loginLimits: loginLimit,
    sessionIdleTimeout: rest.sessionIdleTimeout,
    sessionAbsoluteTimeout: rest.sessionAbsoluteTimeout,
    rememberLifetime: rest.rememberLifetime,
    tokenLifetime: rest.tokenLifetime,
    freshFor: rest.freshFor,
    operationsRetention: rest.operationsRetention,
    passwordMin: rest.passwordMin,
    registration: rest.registration,
  })
}

const IN_MEMORY = ':memory:'
const NO_POSTGRES = 'DATABASE_URL: PostgreSQL is not supported by this version yet; accepted: sqlite:PATH.'

async function openStore(database: DatabaseChoice): Promise<Store> {
  if (database.engine === 'postgres') throw new NotYetError(NO_POSTGRES)
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

/** Brings a database to the form this version works with. @throws StoreError, SettingError, NotYetError */
export async function migrateDatabase(database: DatabaseChoice): Promise<MigratedDatabase> {
  if (database.engine === 'postgres') throw new NotYetError(NO_POSTGRES)
  if (database.path === IN_MEMORY)
    throw new SettingError('DATABASE_URL is "sqlite::memory:", where nothing is kept to migrate; accepted: sqlite:PATH.')
  const { migrateSqlite } = await import('./stores/sqlite/migrate.ts')
  return migrateSqlite(database.path)
}

/** The secret that was set, else the one beside the database, made there on first start and readable by its owner alone. */
async function readSecret({ secret, databaseUrl }: Settings): Promise<readonly string[]> {
  if (secret !== undefined) return secret
  if (databaseUrl.engine !== 'sqlite' || databaseUrl.path === IN_MEMORY) return [newSecret()]
  const path = `${databaseUrl.path}.secret`
  if (!existsSync(path)) {
    // `wx`: of two processes that start together, one makes it and the other reads it.
    await writeFile(path, newSecret(), { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST')
        throw new StoreError(`The secret ${path} cannot be made (${error.code}): its folder must exist and be writable.`)
    })
  }
  const made = await readFile(path, 'utf8').then(
    (text) => text.trim(),
    (error: NodeJS.ErrnoException) => {
      throw new SettingError(`LATCHKEY_SECRET cannot be read from ${path} (${error.code}). Make the file readable, or set LATCHKEY_SECRET.`)
    },
  )
  if (Buffer.byteLength(made) < MIN_SECRET_BYTES) {
    throw new SettingError(
      `LATCHKEY_SECRET is too short in ${path}; accepted: at least ${MIN_SECRET_BYTES} bytes. Restore the file, or set LATCHKEY_SECRET.`,
    )
  }
  return [made]
}

function newSecret(): string {
  return randomBytes(48).toString('base64url')
}
