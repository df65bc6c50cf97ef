// Real store backends that several processes can share: a SQLite file, a PostgreSQL database, Redis with PostgreSQL.

import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { openStore } from '../../src/open-store.ts'
import type { Store } from '../../src/ports/store.ts'
import { readSettings } from '../../src/settings.ts'
import { type RunningPostgres, startPostgres } from './postgres.ts'
import { type RunningRedis, startRedis } from './redis.ts'
import { temporaryFolder } from './server.ts'

export interface Backend extends AsyncDisposable {
  readonly name: string
  /** Settings as environment variables, with a secret that all processes share. */
  readonly env: Readonly<Record<string, string>>
  readonly folder: string
  readonly postgres: RunningPostgres | undefined
  readonly redis: RunningRedis | undefined
  /** Opens the store with its own connections. */
  open(): Promise<Store>
}

export type BackendName = 'SQLite' | 'PostgreSQL' | 'Redis'

export const BACKEND_NAMES: readonly BackendName[] = ['SQLite', 'PostgreSQL', 'Redis']

/** With `Redis`, users and audit events are in PostgreSQL. */
export async function startBackend(name: BackendName): Promise<Backend> {
  const folder = await temporaryFolder()
  const postgres = name === 'SQLite' ? undefined : await startPostgres()
  const redis = name === 'Redis' ? await startRedis() : undefined
  const databaseUrl = postgres === undefined ? `sqlite:${join(folder, 'latchkey.db')}` : await postgres.createDatabase()
  const env = {
    DATABASE_URL: databaseUrl,
    ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
    LATCHKEY_SECRET: 'one-secret-for-every-process-of-this-test',
  }
  const settings = readSettings({ databaseUrl, redisUrl: redis?.url }, (key) => key)
  return {
    name,
    env,
    folder,
    postgres,
    redis,
    open: () => openStore(settings),
    async [Symbol.asyncDispose]() {
      await redis?.[Symbol.asyncDispose]()
      await postgres?.[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
