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
const OTHERWISE = 'has failed.'

interface SqliteFailure extends Error {
  readonly code: 'ERR_SQLITE_ERROR'
  /** The extended result code; its low byte is the primary one. */
  readonly errcode: number
}

function isSqliteFailure(error: unknown): error is SqliteFailure {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR' && 'errcode' in error
}

function primaryCode(failure: SqliteFailure): number {
  return failure.errcode & 0xff
}

/** True when another process holds a lock, so that the same attempt may succeed a little later. */
export function isBusy(error: unknown): boolean {
  return isSqliteFailure(error) && [BUSY, LOCKED, PROTOCOL].includes(primaryCode(error))
}

/** True when what was read cannot have been written by SQLite. */
export function isDamage(error: unknown): boolean {
  return isSqliteFailure(error) && [CORRUPT, NO_DATABASE].includes(primaryCode(error))
}

/** A fault of the database as StoreError; anything else is a fault of ours and stays what it is. */
export function asStoreError(error: unknown, database: string): unknown {
  if (isSqliteFailure(error)) return new StoreError(`${database} ${PREDICATES[primaryCode(error)] ?? OTHERWISE}`, { cause: error })
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE') {
    return new StoreError(`${database} is closed.`, { cause: error })
  }
  return error
}
