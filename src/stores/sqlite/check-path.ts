// Where a database file is to be: in a folder that exists, and no folder itself.

import { statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { StoreError } from '../../domain/errors.ts'

/** @throws StoreError that says which folder is missing, or that the path is one */
export function assertUsablePath(path: string, needsFolder = true): void {
  const file = resolve(path)
  const subject = `The database ${basename(file)} cannot be opened:`
  if (kindOf(file) === 'folder') throw new StoreError(`${subject} ${file} is a folder; name a file in it, such as ${path}/latchkey.db.`)
  if (!needsFolder) return
  const folder = dirname(file)
  const kind = kindOf(folder)
  if (kind === 'folder' || kind === 'hidden') return
  throw new StoreError(
    `${subject} its folder must exist and be writable, and ${folder} ${kind === 'file' ? 'is a file' : 'does not exist'}.`,
  )
}

function kindOf(path: string): 'folder' | 'file' | 'hidden' | undefined {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file'
  } catch (error) {
    // What may not be looked at is not known to be missing: opening it will say.
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'hidden' : undefined
  }
}
