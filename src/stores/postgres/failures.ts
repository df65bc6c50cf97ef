// What PostgreSQL's error codes mean to whoever runs Latchkey (https://www.postgresql.org/docs/current/errcodes-appendix.html).
// Its own messages can quote values, so they are never passed on.

import { StoreError } from '../../domain/errors.ts'

const PREDICATES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'cannot be reached: nothing listens there.',
  ENOTFOUND: 'cannot be reached: there is no such host.',
  EAI_AGAIN: 'cannot be reached: its host name cannot be looked up.',
  EHOSTUNREACH: 'cannot be reached: there is no route to the host.',
  ENETUNREACH: 'cannot be reached: there is no route to its network.',
  ECONNRESET: 'has closed the connection.',
  '28000': 'refuses the user name.',
  '28P01': 'refuses the user name or the password.',
  '3D000': 'does not exist: create it first.',
  '42501': 'does not permit its user to create or change tables.',
  '25006': 'is read-only.',
  '53100': 'cannot be written: the disk is full.',
  '53300': 'has no connection left.',
  '57P03': 'is starting up or shutting down.',
}
const OTHERWISE = 'does not answer.'

const DEADLOCK = '40P01'
const SERIALIZATION = '40001'
const UNIQUE = '23505'

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** True when the whole transaction was rolled back for the sake of another, so that it may simply be tried again. */
export function isCollision(error: unknown): boolean {
  return [DEADLOCK, SERIALIZATION].includes(codeOf(error))
}

/** True when another row has what must be unique. */
export function isTaken(error: unknown): boolean {
  return codeOf(error) === UNIQUE
}

export function asStoreError(error: unknown, subject: string): StoreError {
  if (error instanceof StoreError) return error
  return new StoreError(`${subject} ${PREDICATES[codeOf(error)] ?? OTHERWISE}`, { cause: error })
}
