// The secret file, for when LATCHKEY_SECRET is not set: created once, atomically, readable by its owner only.

import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { link, open, readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { StoreError } from './domain/errors.ts'
import { MIN_SECRET_BYTES, SettingError } from './settings.ts'

// Group access is the operator's choice: volumes of containers are often shared through a group.
const WRITABLE_BY_ALL = 0o002
const READABLE_BY_ALL = 0o004
const HAS_MODES = process.platform !== 'win32'

export interface SecretFile {
  readonly secret: string
  /** True where it was created just now. */
  readonly isNew: boolean
  /** A warning for the operator; undefined where there is none. */
  readonly warning: string | undefined
}

/**
 * Reads the secret in this file; creates it where it is missing. Of several processes that start together, one creates it.
 *
 * @throws SettingError when it cannot be read or is not safe to use; StoreError when it cannot be created
 */
export async function readSecretFile(file: string): Promise<SecretFile> {
  const path = resolve(file)
  const isNew = !existsSync(path) && (await makeFile(path))
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new SettingError(`LATCHKEY_SECRET cannot be read from ${path} (${error.code}). Make the file readable, or set LATCHKEY_SECRET.`)
  })
  const secret = text.trim()
  if (Buffer.byteLength(secret) < MIN_SECRET_BYTES) {
    throw new SettingError(
      `LATCHKEY_SECRET is ${secret === '' ? 'empty' : 'too short'} in ${path}; accepted: at least ${MIN_SECRET_BYTES} bytes. Restore the file, or set LATCHKEY_SECRET.`,
    )
  }
  const { mode } = await stat(path)
  return { secret, isNew, warning: HAS_MODES ? checkFileMode(path, mode) : undefined }
}

/** With write access to the file one can choose the secret; with read access one can forge every credential. @throws SettingError */
function checkFileMode(path: string, mode: number): string | undefined {
  const shown = (mode & 0o777).toString(8).padStart(4, '0')
  if (mode & WRITABLE_BY_ALL) {
    throw new SettingError(
      `LATCHKEY_SECRET is in ${path}, which every user of this machine can write to (mode ${shown}); accepted: mode 0600. Run chmod 600 on it, or set LATCHKEY_SECRET.`,
    )
  }
  if (!(mode & READABLE_BY_ALL)) return undefined
  return `LATCHKEY_SECRET is in ${path}, which every user of this machine can read (mode ${shown}). Run chmod 600 on it, and replace the secret if others may have read it.`
}

/** False where another process was first. Written under a temporary name, so that no process reads half a secret, even after a crash. */
async function makeFile(path: string): Promise<boolean> {
  const secret = randomBytes(48).toString('base64url')
  const unfinished = `${path}.${randomBytes(6).toString('hex')}.secret`
  try {
    const handle = await open(unfinished, 'wx', 0o600)
    try {
      await handle.writeFile(secret)
      await handle.sync()
    } finally {
      await handle.close()
    }
    try {
      await link(unfinished, path)
    } catch (error) {
      // Some file systems have no hard links.
      if (codeOf(error) === 'EEXIST') throw error
      await writeFile(path, secret, { mode: 0o600, flag: 'wx', flush: true })
    }
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw new StoreError(
      `LATCHKEY_SECRET is not set, and the secret ${path} cannot be created (${codeOf(error)}): its folder must exist and be writable. Or set LATCHKEY_SECRET.`,
    )
  } finally {
    await unlink(unfinished).catch(() => {})
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}
