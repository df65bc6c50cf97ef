// What PostgreSQL's error codes mean to whoever runs Latchkey (https://www.postgresql.org/docs/current/errcodes-appendix.html).
// Its own messages can quote values, so they are never passed on.

import { StoreError } from '../../domain/errors.ts'
import { explainCertificateError } from '../certificate-error.ts'

const PREDICATES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'cannot be reached: nothing listens there.',
  ENOTFOUND: 'cannot be reached: there is no such host.',
  EAI_AGAIN: 'cannot be reached: its host name cannot be looked up.',
  EHOSTUNREACH: 'cannot be reached: there is no route to the host.',
  ENETUNREACH: 'cannot be reached: there is no route to its network.',
  ECONNRESET: 'has closed the connection.',
  ENOENT: 'cannot be reached: there is no such socket.',
  EACCES: 'cannot be reached: this user may not use its socket.',
  '0A000': 'does not support what Latchkey needs: PostgreSQL 14 or newer.',
  '28000': 'refuses the user name: create the role, with LOGIN.',
  '28P01': 'refuses the user name or the password.',
  '3D000': 'does not exist: create it first.',
  '3F000': 'has no schema in which tables can be created: GRANT USAGE, CREATE ON SCHEMA public to its user, or set search_path.',
  '42501':
    'does not permit its user to create or change tables: GRANT USAGE, CREATE ON SCHEMA public to its user, or have the owner of the tables run latchkey migrate.',
  '25006': 'is read-only: name the primary server, and leave default_transaction_read_only off.',
  '53100': 'cannot be written: the disk is full.',
  '53300': 'has no connection left: raise max_connections, or the limit of the role or the database; each process needs 11.',
  '57014': 'does not answer in time.',
  '57P01': 'is starting up or shutting down.',
  '57P02': 'is starting up or shutting down.',
  '57P03': 'is starting up or shutting down.',
  '58030': 'cannot be used: the disk reports an error.',
  XX001: 'is damaged: restore a backup.',
  XX002: 'is damaged: restore a backup.',
}
const DEFAULT_PREDICATE = 'does not answer.'

/** Words that follow `the database …` where sessions get mixed up. */
export const MIXED_SESSIONS =
  'is reached through a pooler, such as PgBouncer, that gives each transaction another connection: connect to PostgreSQL directly, or set pool_mode=session.'

export const POOLER_IS_FULL =
  'is reached through a pooler that has no connection left: each process needs 11 (default_pool_size, max_client_conn).'

/** Where the driver itself has refused to go on, it gives no code. */
const DRIVER_MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^SASL:|Password must be/, 'refuses the user name or the password.'],
  [/does not support SSL/, 'does not offer TLS: turn ssl on there, or use sslmode=disable on a line that nobody else can reach.'],
  [/establishing an SSL connection/, 'does not answer as PostgreSQL does: is it the right port?'],
]

/** Codes that say too little by themselves, and what the words beside them tell. */
const BY_MESSAGE: readonly (readonly [string, RegExp, string])[] = [
  [
    '28000',
    /pg_hba\.conf.*no encryption/,
    'has no entry in pg_hba.conf for this user and address without TLS: use sslmode=verify-full, or add an entry.',
  ],
  ['28000', /pg_hba\.conf/, 'has no entry in pg_hba.conf for this user, database and address: add one.'],
  ['28000', /not permitted to log in/, 'refuses the user name: ALTER ROLE … LOGIN.'],
  ['08P01', /statement pooling|transaction blocks not allowed/, MIXED_SESSIONS],
  [
    '08P01',
    /unsupported startup parameter/,
    'is reached through a pooler that refuses parameters of the connection string: leave options out, or name them in ignore_startup_parameters.',
  ],
  ['08P01', /authentication failed|no such user/, 'refuses the user name or the password.'],
  ['08P01', /no such database/, 'does not exist in the pooler: add it to its [databases].'],
  ['08P01', /no more connections|query_wait_timeout|client_login_timeout|too many/, POOLER_IS_FULL],
  ['08P01', /pooler|server (conn|login)|SSL required/i, 'is reached through a pooler that cannot serve: its log says why.'],
]

const DEADLOCK = '40P01'
const SERIALIZATION = '40001'
const UNIQUE = '23505'

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** True when the whole transaction was rolled back for the sake of another, so that it may simply be tried again. */
export function isRetryable(error: unknown): boolean {
  return [DEADLOCK, SERIALIZATION].includes(codeOf(error))
}

/** True where a prepared statement is missing, or is there already, or the protocol is broken: the session is not our own. */
export function isUnexpectedSession(error: unknown): boolean {
  return ['26000', '42P05', '08P01'].includes(codeOf(error instanceof StoreError ? error.cause : error))
}

/** True where the server has understood who we are, and says no: another server would not say otherwise. */
export function isAuthFailure(error: unknown): boolean {
  const code = codeOf(error)
  return code.startsWith('28') || code === '3D000'
}

/** True where the driver has given up waiting for an answer. */
export function isTimeout(error: unknown): boolean {
  const fault = error instanceof StoreError ? error.cause : error
  return fault instanceof Error && /timeout/i.test(fault.message)
}

/** True when another row has what must be unique. */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error instanceof StoreError ? error.cause : error) === UNIQUE
}

export function toStoreError(error: unknown, subject: string): StoreError {
  if (error instanceof StoreError) return error
  return new StoreError(`${subject} ${predicateFor(error)}`, { cause: error })
}

function predicateFor(error: unknown): string {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : ''
  const byMessage = BY_MESSAGE.find(([of, words]) => of === code && words.test(message))?.[2]
  if (byMessage !== undefined) return byMessage
  if (isUnexpectedSession(error)) return MIXED_SESSIONS
  const byCode = PREDICATES[code]
  if (byCode !== undefined) return byCode
  const untrusted = explainCertificateError(code, 'sslrootcert=PATH in DATABASE_URL, or NODE_EXTRA_CA_CERTS=PATH in the environment')
  if (untrusted !== undefined) return `${untrusted}.`
  // Five characters: PostgreSQL has answered.
  if (/^[0-9A-Z]{5}$/.test(code)) return `has failed (SQLSTATE ${code}).`
  return DRIVER_MESSAGES.find(([words]) => words.test(message))?.[1] ?? DEFAULT_PREDICATE
}
