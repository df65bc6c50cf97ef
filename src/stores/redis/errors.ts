// What a failure to reach Redis means to whoever runs Latchkey, without the URL and the password in it.

import { explainCertificateError } from '../certificate-error.ts'

export const MISSING_KEY_PERMISSION = 'withholds keys from its user: grant all that begin with lk (ACL SETUSER … ~lk*)'

/** @param command as ACL rules have it, such as `xinfo|stream` */
export function missingCommandPermission(command: string): string {
  return `withholds the command ${command.replace('|', ' ').toUpperCase()} from its user: grant it (ACL SETUSER … +${command})`
}

const CONNECTION_CLOSED = 'has closed the connection; where it takes TLS alone, use rediss://'
const NO_TLS = 'does not speak TLS on this port: use redis://, or its port for TLS'
const CLIENT_CERTIFICATE_REQUIRED = 'asks for a certificate of the client: set tls-auth-clients to no or optional there'

const BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'cannot be reached: nothing listens there',
  ENOTFOUND: 'cannot be reached: there is no such host',
  EAI_AGAIN: 'cannot be reached: its host name cannot be looked up',
  ETIMEDOUT: 'does not answer',
  EHOSTUNREACH: 'cannot be reached: there is no route to the host',
  ENETUNREACH: 'cannot be reached: there is no route to its network',
  ECONNRESET: CONNECTION_CLOSED,
  ENOENT: 'cannot be reached: there is no such socket',
  EACCES: 'cannot be reached: this user may not use its socket',
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: CLIENT_CERTIFICATE_REQUIRED,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: CLIENT_CERTIFICATE_REQUIRED,
}

const BY_REPLY: readonly (readonly [RegExp, string])[] = [
  [/^(WRONGPASS|NOAUTH|ERR AUTH)/, 'refuses the user name or the password'],
  [/^NOPERM.*\bkeys?\b/, MISSING_KEY_PERMISSION],
  [/can't run this command/, 'withholds a command in a script from its user: grant what docs/operating.md lists'],
  [/^DENIED/, 'is in protected mode: set a password there (requirepass, or ACL SETUSER), and put it into REDIS_URL'],
  [/max number of clients/, 'has no connection left: raise maxclients'],
  [/DB index is out of range/, 'has no database of that number: raise databases, or use another one'],
  [/Socket closed unexpectedly/, CONNECTION_CLOSED],
  [/cluster support disabled/, 'is no cluster: use redis:// instead of redis+cluster://'],
  [/^(MOVED|CROSSSLOT)/, 'is a cluster: use redis+cluster:// instead of redis://'],
  [/OOM command not allowed/, 'is full: raise maxmemory'],
  [/READONLY|NOREPLICAS/, 'cannot be written: it is a replica; name its master'],
  [/LOADING/, 'is still loading its data'],
  [/MISCONF/, 'cannot be written: it cannot save to its disk'],
  [/^(CLUSTERDOWN|TRYAGAIN)/, 'is a cluster of which a part is down'],
]

interface RedisError {
  readonly code?: string
  readonly message?: string
  readonly cause?: unknown
  /** What the client's own error was made of. */
  readonly originalError?: unknown
}

/** The same of a connection with TLS: a server that misses a certificate may close it before it has said so. */
export function reasonForTls(error: unknown): string | undefined {
  const reason = reasonFor(error)
  return reason === CONNECTION_CLOSED
    ? 'has closed the connection; where it asks for certificates of clients, set tls-auth-clients to no or optional there'
    : reason
}

/** A predicate: `is full: raise maxmemory`. Undefined where nothing is known of the fault. */
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

/** A replica, or one that is still loading: when it becomes a master, what it has is what another one had. */
export function isNotMaster(error: unknown): boolean {
  return error instanceof Error && /^(READONLY|LOADING|MASTERDOWN)|: -?(READONLY|LOADING|MASTERDOWN)/.test(error.message)
}
