// Loads the secret that all keys are derived from: from the settings, else from a file created on the first start.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { IN_MEMORY } from './open-store.ts'
import { readSecretFile } from './secret-file.ts'
import { type DatabaseChoice, MIN_SECRET_BYTES, SettingError, type Settings } from './settings.ts'

/** In the working directory, where no other place is configured. */
const DEFAULT_SECRET_FILE = 'latchkey.secret'

/**
 * Whether a missing secret may be created: `create` creates it; `change` needs an existing one; `read` works without one, which
 * is enough for data that is not sealed.
 */
export type Access = 'create' | 'change' | 'read'

export interface LoadSecretOptions {
  /** Whether the host has opened a store itself: we do not know where that keeps its data. */
  readonly hasOwnStore: boolean
  readonly isProduction: boolean
  readonly access: Access
  readonly onWarning: (warning: string) => void
}

/**
 * The secret from the settings, else from a file that only its owner can read, beside the database file. Where there is no
 * such place it is created in memory, with a warning where stored data outlives it.
 *
 * @throws SettingError, also when several servers would each make one of their own; StoreError
 */
export async function loadSecret(
  settings: Settings,
  { hasOwnStore, isProduction, access, onWarning }: LoadSecretOptions,
): Promise<readonly string[]> {
  const { secret, databaseUrl, redisUrl, publicUrl } = settings
  if (secret !== undefined) return secret
  if (hasOwnStore) {
    if (isProduction) {
      throw new SettingError(
        `secret (LATCHKEY_SECRET) is not set; with a custom store, under NODE_ENV=production, it is required: at least ${MIN_SECRET_BYTES} bytes, the same for every process of that store.`,
      )
    }
    onWarning(inMemoryWarning('a custom store'))
    return [newSecret()]
  }
  const path = secretFileOf(databaseUrl)
  const isMissing = path !== undefined && !existsSync(path)
  if (access === 'read' && isMissing) return [newSecret()]
  if (databaseUrl.engine === 'postgres' && publicUrl?.startsWith('https:')) {
    throw new SettingError(
      `LATCHKEY_SECRET is not set; with PostgreSQL and an https LATCHKEY_PUBLIC_URL it is required: at least ${MIN_SECRET_BYTES} bytes, the same for every server.`,
    )
  }
  if (access === 'change' && isMissing) {
    throw new SettingError(
      `LATCHKEY_SECRET is not set, and there is no file ${resolve(path)}: run the command in the folder of the server, or set the server's secret.`,
    )
  }
  if (path === undefined) {
    if (redisUrl !== undefined) onWarning(inMemoryWarning('REDIS_URL'))
    return [newSecret()]
  }
  const file = await readSecretFile(path)
  if (file.warning !== undefined) onWarning(file.warning)
  if (file.isNew && databaseUrl.engine === 'postgres') {
    onWarning(
      'LATCHKEY_SECRET is not set: it was created in latchkey.secret, in this folder. Every server of this database needs the same secret.',
    )
  }
  return [file.secret]
}

function inMemoryWarning(reason: string): string {
  return `secret (LATCHKEY_SECRET) is not set, with ${reason}: it was created in memory, so stored credentials and keys cannot be used after a restart or in another process. Set it to at least ${MIN_SECRET_BYTES} bytes.`
}

function secretFileOf(database: DatabaseChoice): string | undefined {
  if (database.engine === 'postgres') return DEFAULT_SECRET_FILE
  return database.path === IN_MEMORY ? undefined : `${database.path}.secret`
}

function newSecret(): string {
  return randomBytes(48).toString('base64url')
}
