// Translates PostgreSQL's error codes for operators (https://www.postgresql.org/docs/current/errcodes-appendix.html). The messages
// of PostgreSQL can quote values, so they are never passed on.

import { StoreError } from '../../domain/errors.ts'
import { explainCertificateError } from '../certificate-error.ts'

const PREDICATES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'cannot be reached: connection refused.',
  ENOTFOUND: 'cannot be reached: its host name is unknown.',
  EAI_AGAIN: 'cannot be reached: its host name cannot be resolved.',
  EHOSTUNREACH: 'cannot be reached: no route to the host.',
  ENETUNREACH: 'cannot be reached: no route to its network.',
  ECONNRESET: 'closed the connection.',
  ENOENT: 'cannot be reached: the socket does not exist.',
  EACCES: 'cannot be reached: permission denied on its socket.',
  '0A000': 'does not support a feature that Latchkey needs: use PostgreSQL 14 or newer.',
  '28000': 'rejects the user name: create the role, with LOGIN.',
  '28P01': 'rejects the user name or password.',
  '3D000': 'does not exist: create it first.',
  '3F000': 'has no schema in which Latchkey can create tables: GRANT USAGE, CREATE ON SCHEMA public to the user, or set search_path.',
  '42501':
    'does not permit the user to create or change tables: GRANT USAGE, CREATE ON SCHEMA public to the user, or run latchkey migrate as the owner of the tables.',
  '25006': 'is read-only: name the primary server, and leave default_transaction_read_only off.',
  '53100': 'cannot be written: the disk is full.',
  '53300': 'has no free connection: raise max_connections, or the limit of the role or the database; each process needs 11.',
  '57014': 'does not answer in time.',
  '57P01': 'is starting up or shutting down.',
  '57P02': 'is starting up or shutting down.',
  '57P03': 'is starting up or shutting down.',
  '58030': 'cannot be used: the disk reports an error.',
  XX001: 'is damaged: restore a backup.',
  XX002: 'is damaged: restore a backup.',
}
const DEFAULT_PREDICATE = 'does not answer.'

/** A predicate of error messages, for a pooler that mixes sessions. */
export const MIXED_SESSIONS =
  'is behind a pooler, such as PgBouncer, that does not keep one connection for a session: connect to PostgreSQL directly, or set pool_mode=session.'

export const POOLER_IS_FULL = 'is behind a pooler that has no free connection: each process needs 11 (default_pool_size, max_client_conn).'

/** Errors of the driver itself have no code. */
const DRIVER_MESSAGES: readonly (readonly [RegExp, string])[] = [
  [/^SASL:|Password must be/, 'rejects the user name or password.'],
  [/does not support SSL/, 'does not offer TLS: set ssl=on there, or use sslmode=disable on a private network.'],
  [/establishing an SSL connection/, 'does not speak the PostgreSQL protocol: check the port.'],
]

/** Codes that are ambiguous without their message. */
const BY_MESSAGE: readonly (readonly [string, RegExp, string])[] = [
  [
    '28000',
    /pg_hba\.conf.*no encryption/,
    'has no entry in pg_hba.conf for this user and address without TLS: use sslmode=verify-full, or add an entry.',
  ],
  ['28000', /pg_hba\.conf/, 'has no entry in pg_hba.conf for this user, database and address: add one.'],
  ['28000', /not permitted to log in/, 'rejects the user name: ALTER ROLE … LOGIN.'],
  ['08P01', /statement pooling|transaction blocks not allowed/, MIXED_SESSIONS],
  [
    '08P01',
    /unsupported startup parameter/,
    'is behind a pooler that refuses a parameter of the connection string: remove it (such as options), or add it to ignore_startup_parameters.',
  ],
  ['08P01', /authentication failed|no such user/, 'rejects the user name or password.'],
  ['08P01', /no such database/, 'does not exist in the pooler: add it to its [databases].'],
  ['08P01', /no more connections|query_wait_timeout|client_login_timeout|too many/, POOLER_IS_FULL],
  ['08P01', /pooler|server (conn|login)|SSL required/i, 'is behind a pooler that cannot connect to it: see the log of the pooler.'],
]

const DEADLOCK = '40P01'
const SERIALIZATION = '40001'
const UNIQUE = '23505'

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

/** True when PostgreSQL rolled the whole transaction back because of a concurrent one: it may be retried. */
export function isRetryable(error: unknown): boolean {
  return [DEADLOCK, SERIALIZATION].includes(codeOf(error))
}

/** True when a prepared statement is missing or exists already, or the protocol was violated: the session is not this client's own. */
export function isUnexpectedSession(error: unknown): boolean {
  return ['26000', '42P05', '08P01'].includes(codeOf(error instanceof StoreError ? error.cause : error))
}

/** True when the server rejected the credentials or the database name: another server would reject them as well. */
export function isAuthFailure(error: unknown): boolean {
  const code = codeOf(error)
  return code.startsWith('28') || code === '3D000'
}

/** True when the driver timed out. */
export function isTimeout(error: unknown): boolean {
  const cause = error instanceof StoreError ? error.cause : error
  return cause instanceof Error && /timeout/i.test(cause.message)
}

/** True when a unique constraint was violated. */
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
  const byMessage = BY_MESSAGE.find(([messageCode, pattern]) => messageCode === code && pattern.test(message))?.[2]
  if (byMessage !== undefined) return byMessage
  if (isUnexpectedSession(error)) return MIXED_SESSIONS
  const byCode = PREDICATES[code]
  if (byCode !== undefined) return byCode
  const untrusted = explainCertificateError(code, 'sslrootcert=PATH in DATABASE_URL, or NODE_EXTRA_CA_CERTS=PATH in the environment')
  if (untrusted !== undefined) return `${untrusted}.`
  // Five characters: an SQLSTATE.
  if (/^[0-9A-Z]{5}$/.test(code)) return `has failed (SQLSTATE ${code}).`
  return DRIVER_MESSAGES.find(([pattern]) => pattern.test(message))?.[1] ?? DEFAULT_PREDICATE
}
