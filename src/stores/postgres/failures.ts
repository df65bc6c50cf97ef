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
  '57014': 'does not answer in time.',
  '57P01': 'is starting up or shutting down.',
  '57P02': 'is starting up or shutting down.',
  '57P03': 'is starting up or shutting down.',
  '58030': 'cannot be used: the disk reports an error.',
  XX001: 'is damaged: restore a backup.',
  XX002: 'is damaged: restore a backup.',
}
const OTHERWISE = 'does not answer.'

/** Where the driver itself has refused to go on, it gives no code. */
const OWN_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^SASL:|Password must be/, 'refuses the user name or the password.'],
  [/does not support SSL/, 'does not offer TLS.'],
]

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
  return codeOf(error instanceof StoreError ? error.cause : error) === UNIQUE
}

export function asStoreError(error: unknown, subject: string): StoreError {
  if (error instanceof StoreError) return error
  return new StoreError(`${subject} ${predicateOf(error)}`, { cause: error })
}

function predicateOf(error: unknown): string {
  const code = codeOf(error)
  const known = PREDICATES[code]
  if (known !== undefined) return known
  if (/CERT|TLS|SELF_SIGNED/.test(code)) return `shows a certificate that is not trusted (${code}).`
  // Five characters: PostgreSQL has answered.
  if (/^[0-9A-Z]{5}$/.test(code)) return `has failed (SQLSTATE ${code}).`
  const message = error instanceof Error ? error.message : ''
  return OWN_WORDS.find(([words]) => words.test(message))?.[1] ?? OTHERWISE
}
