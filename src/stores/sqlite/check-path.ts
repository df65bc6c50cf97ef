// Checks the path of a database file: its folder must exist, and it must not be a folder itself.

import { statSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { StoreError } from '../../domain/errors.ts'

/** @throws StoreError when the folder is missing, or the path is a folder */
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
    // Without permission it is unknown whether it exists: opening the file reports it.
    return error instanceof Error && 'code' in error && error.code === 'EACCES' ? 'hidden' : undefined
  }
}
