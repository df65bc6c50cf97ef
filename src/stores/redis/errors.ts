// Translates errors of Redis and its client for operators, without the URL or the password.

import { explainCertificateError } from '../certificate-error.ts'

export const MISSING_KEY_PERMISSION = 'does not permit the user to use its keys: grant all that begin with lk (ACL SETUSER … ~lk*)'

/** @param command as in ACL rules, such as `xinfo|stream` */
export function missingCommandPermission(command: string): string {
  return `does not permit the user to run ${command.replace('|', ' ').toUpperCase()}: grant the command (ACL SETUSER … +${command})`
}

const CONNECTION_CLOSED = 'closed the connection: if it uses TLS, use rediss://'
const NO_TLS = 'does not speak TLS on this port: use redis://, or its port for TLS'
const CLIENT_CERTIFICATE_REQUIRED = 'requires a client certificate: set tls-auth-clients to no or optional there'

const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'cannot be reached: connection refused',
  ENOTFOUND: 'cannot be reached: its host name is unknown',
  EAI_AGAIN: 'cannot be reached: its host name cannot be resolved',
  ETIMEDOUT: 'does not answer',
  EHOSTUNREACH: 'cannot be reached: no route to the host',
  ENETUNREACH: 'cannot be reached: no route to its network',
  ECONNRESET: CONNECTION_CLOSED,
  ENOENT: 'cannot be reached: the socket does not exist',
  EACCES: 'cannot be reached: permission denied on its socket',
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT_CERTIFICATE_REQUIRED,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: CLIENT_CERTIFICATE_REQUIRED,
}

const BY_REPLY: readonly (readonly [RegExp, string])[] = [
  [/^(WRONGPASS|NOAUTH|ERR AUTH)/, 'rejects the user name or password'],
  [/^NOPERM.*\bkeys?\b/, MISSING_KEY_PERMISSION],
  [/can't run this command/, 'does not permit the user to run a command in a script: grant the commands that docs/operating.md lists'],
  [/^DENIED/, 'is in protected mode: set a password there (requirepass, or ACL SETUSER), and add it to REDIS_URL'],
  [/max number of clients/, 'has no free connection: raise maxclients'],
  [/DB index is out of range/, 'has no database with that number: raise databases, or use another number'],
  [/Socket closed unexpectedly/, CONNECTION_CLOSED],
  [/cluster support disabled/, 'is not a cluster: use redis:// instead of redis+cluster://'],
  [/^(MOVED|CROSSSLOT)/, 'is a cluster: use redis+cluster:// instead of redis://'],
  [/OOM command not allowed/, 'is full: raise maxmemory'],
  [/READONLY|NOREPLICAS/, 'cannot be written: it is a replica; use the address of its master'],
  [/LOADING/, 'is still loading its data'],
  [/MISCONF/, 'cannot be written: it cannot save to its disk'],
  [/^(CLUSTERDOWN|TRYAGAIN)/, 'is a cluster with unavailable nodes'],
]

interface RedisError {
  readonly code?: string
  readonly message?: string
  readonly cause?: unknown
  /** The error that the client has wrapped. */
  readonly originalError?: unknown
}

/** `reasonFor` for a TLS connection: a server that requires a client certificate may close it before the alert arrives. */
export function reasonForTls(error: unknown): string | undefined {
  const reason = reasonFor(error)
  return reason === CONNECTION_CLOSED
    ? 'closed the connection: if it requires client certificates, set tls-auth-clients to no or optional there'
    : reason
}

/** Returns a predicate for an error message, such as `is full: raise maxmemory`; undefined for an unknown error. */
export function reasonFor(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const { code = '', message = '', cause, originalError }: RedisError = error
  const missing = /^NOPERM.*\brun the '([^']+)' command/.exec(message)?.[1]
  if (missing !== undefined) return missingCommandPermission(missing)
  const byCode = BY_CODE[code] ?? explainCertificateError(code, 'NODE_EXTRA_CA_CERTS=PATH in the environment')
  return byCode ?? BY_REPLY.find(([pattern]) => pattern.test(message))?.[1] ?? reasonFor(originalError) ?? reasonFor(cause)
}

export function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT')
}

/** True for a replica or a server that is still loading: when it becomes the master, it may lack the latest writes. */
export function isNotMaster(error: unknown): boolean {
  return error instanceof Error && /^(READONLY|LOADING|MASTERDOWN)|: -?(READONLY|LOADING|MASTERDOWN)/.test(error.message)
}
