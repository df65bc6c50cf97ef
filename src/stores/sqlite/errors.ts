// Translates SQLite's error codes for operators. SQLite's own messages name tables and columns, never values, so they are kept
// as the cause.

import { StoreError } from '../../domain/errors.ts'

const BUSY = 5
const LOCKED = 6
const PROTOCOL = 15
const CORRUPT = 11
const NO_DATABASE = 26

/** Predicates of error messages, by primary result code (https://sqlite.org/rescode.html). */
const PREDICATES: Readonly<Record<number, string>> = {
  [BUSY]: 'is locked by another process.',
  [LOCKED]: 'is locked by another process.',
  [PROTOCOL]: 'is locked by another process.',
  3: 'cannot be used: permission denied on the file or its folder.',
  7: 'cannot be used: there is not enough memory.',
  8: 'cannot be written: the file, its folder or the disk is read-only.',
  10: 'cannot be used: the disk reports an error.',
  [CORRUPT]: 'is damaged: restore a backup.',
  13: 'cannot be written: the disk is full.',
  14: 'cannot be opened: its folder must exist and be writable.',
  [NO_DATABASE]: 'is damaged, or is not a SQLite file: restore a backup.',
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

function primaryCode(error: SqliteError): number {
  return error.errcode & 0xff
}

/** True when another process holds a lock: a retry may succeed. */
export function isBusy(error: unknown): boolean {
  return isSqliteError(error) && [BUSY, LOCKED, PROTOCOL].includes(primaryCode(error))
}

/** True when the file's content is not valid for SQLite. */
export function isCorruption(error: unknown): boolean {
  return isSqliteError(error) && [CORRUPT, NO_DATABASE].includes(primaryCode(error))
}

/** Converts an error of the database to StoreError. Any other error is a bug and stays as it is. */
export function toStoreError(error: unknown, database: string): unknown {
  if (isSqliteError(error)) return new StoreError(`${database} ${PREDICATES[primaryCode(error)] ?? DEFAULT_PREDICATE}`, { cause: error })
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE') {
    return new StoreError(`${database} is closed.`, { cause: error })
  }
  return error
}
