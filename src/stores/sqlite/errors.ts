// What SQLite's error codes mean to whoever runs Latchkey. SQLite's own messages name tables and columns, never values,
// so they may be kept as the cause.

import { StoreError } from '../../domain/errors.ts'

const BUSY = 5
const LOCKED = 6
const PROTOCOL = 15
const CORRUPT = 11
const NO_DATABASE = 26

/** By primary result code (https://sqlite.org/rescode.html): what is said of the database. */
const PREDICATES: Readonly<Record<number, string>> = {
  [BUSY]: 'is locked by another process.',
  [LOCKED]: 'is locked by another process.',
  [PROTOCOL]: 'is locked by another process.',
  3: 'cannot be used: the file or its folder does not permit it.',
  7: 'cannot be used: there is not enough memory.',
  8: 'cannot be written: the file, its folder or the disk is read-only.',
  10: 'cannot be used: the disk reports an error.',
  [CORRUPT]: 'is damaged: restore a backup.',
  13: 'cannot be written: the disk is full.',
  14: 'cannot be opened: its folder must exist and be writable.',
  [NO_DATABASE]: 'is damaged, or is no SQLite file: restore a backup.',
}
const DEFAULT_PREDICATE = 'has failed.'

interface SqliteError extends Error {
  readonly code: 'ERR_SQLITE_ERROR'
  /** The extended result code; its low byte is the primary one. */
  readonly errcode: number
}

function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR' && 'errcode' in error
}

function primaryCode(failure: SqliteError): number {
  return failure.errcode & 0xff
}

/** True when another process holds a lock, so that the same attempt may succeed a little later. */
export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && [BUSY, LOCKED, PROTOCOL].includes(primaryCode(error))
}

/** True when what was read cannot have been written by SQLite. */
export function isCorruption(error: unknown): boolean {
  return isSqliteError(error) && [CORRUPT, NO_DATABASE].includes(primaryCode(error))
}

/** A fault of the database as StoreError; anything else is a fault of ours and stays what it is. */
export function toStoreError(error: unknown, database: string): unknown {
  if (isSqliteError(error)) return new StoreError(`${database} ${PREDICATES[primaryCode(error)] ?? DEFAULT_PREDICATE}`, { cause: error })
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE') {
    return new StoreError(`${database} is closed.`, { cause: error })
  }
  return error
}
