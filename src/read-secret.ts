// The secret that everything else is derived from: the one that was set, else one made on first start.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { StoreError } from './domain/errors.ts'
import { IN_MEMORY } from './open-store.ts'
import { type DatabaseChoice, MIN_SECRET_BYTES, SettingError, type Settings } from './settings.ts'

/** Where nothing else says where: in the folder of the start. */
const UNPLACED = 'latchkey.secret'

/**
 * The secret that was set, else the one in a file that its owner alone can read, beside a database that is a file.
 *
 * @throws SettingError, also when several servers would each make one of their own; StoreError
 */
export async function readSecret({ secret, databaseUrl, publicUrl }: Settings): Promise<readonly string[]> {
  if (secret !== undefined) return secret
  if (databaseUrl.engine === 'postgres' && publicUrl?.startsWith('https:')) {
    throw new SettingError(
      `LATCHKEY_SECRET is not set; with a database on a server and an https LATCHKEY_PUBLIC_URL it must be: at least ${MIN_SECRET_BYTES} bytes, the same for every server.`,
    )
  }
  const path = secretFileOf(databaseUrl)
  if (path === undefined) return [newSecret()]
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

function secretFileOf(database: DatabaseChoice): string | undefined {
  if (database.engine === 'postgres') return UNPLACED
  return database.path === IN_MEMORY ? undefined : `${database.path}.secret`
}

function newSecret(): string {
  return randomBytes(48).toString('base64url')
}
