// Parses the parameters of a PostgreSQL connection string: what each accepts, and why others are refused. None is ignored.

import { type Problem, problem } from './parse-result.ts'

/** How the connection is protected. `require` verifies the server like `verify-full`: encryption to an unknown server protects nothing. */
export type TlsMode = 'disable' | 'no-verify' | 'verify-ca' | 'verify-full'

const TLS_MODES: Readonly<Record<string, TlsMode>> = {
  disable: 'disable',
  'no-verify': 'no-verify',
  require: 'verify-full',
  'verify-ca': 'verify-ca',
  'verify-full': 'verify-full',
}

/** The parsed parameters. Times in milliseconds. */
export interface PostgresParameters {
  host?: string
  port?: string
  database?: string
  user?: string
  password?: string
  applicationName?: string
  connectTimeout?: number
  keepAliveDelay?: number
  /** Passed to the server unchanged. */
  options?: string
  tls?: TlsMode
  tlsNegotiation?: 'postgres' | 'direct'
  tlsMinVersion?: 'TLSv1.2' | 'TLSv1.3'
  /** A path, or `system`. */
  rootCertificate?: string
  certificate?: string
  key?: string
  keyPassword?: string
  channelBinding?: 'disable' | 'prefer' | 'require'
  /** True where read-only servers are skipped. */
  needsWritable?: boolean
}

type ParameterParser = (value: string, into: PostgresParameters) => string | undefined

const text =
  (
    key:
      | 'host'
      | 'port'
      | 'database'
      | 'user'
      | 'password'
      | 'applicationName'
      | 'options'
      | 'rootCertificate'
      | 'certificate'
      | 'key'
      | 'keyPassword',
  ): ParameterParser =>
  (value, into) => {
    if (value !== '') into[key] = value
    return undefined
  }

function seconds(key: 'connectTimeout' | 'keepAliveDelay'): ParameterParser {
  return (value, into) => {
    if (!/^\d{1,4}$/.test(value) || Number(value) === 0) return 'accepted: seconds, from 1 to 9999'
    into[key] = Number(value) * 1000
    return undefined
  }
}

/** A parameter that accepts only its default values. */
function only(...values: readonly string[]): ParameterParser {
  return (value) => (values.includes(value.toLowerCase()) ? undefined : `accepted: ${values.join(', ')}`)
}

function oneOf<const V extends string>(values: readonly V[], set: (value: V, into: PostgresParameters) => void): ParameterParser {
  return (value, into) => {
    const found = values.find((each) => each === value)
    if (found === undefined) return `accepted: ${values.join(', ')}`
    set(found, into)
    return undefined
  }
}

const sslmode: ParameterParser = (value, into) => {
  const mode = TLS_MODES[value]
  if (mode !== undefined) into.tls = mode
  return mode === undefined ? `accepted: ${Object.keys(TLS_MODES).join(', ')}; what may fall back to plain text is not` : undefined
}

const PARAMETERS: Readonly<Record<string, ParameterParser>> = {
  host: text('host'),
  port: text('port'),
  dbname: text('database'),
  user: text('user'),
  password: text('password'),
  application_name: text('applicationName'),
  fallback_application_name: (value, into) => {
    if (value !== '') into.applicationName ??= value
    return undefined
  },
  connect_timeout: seconds('connectTimeout'),
  options: text('options'),
  client_encoding: only('utf8', 'utf-8', 'unicode', 'auto'),
  keepalives: only('1'),
  keepalives_idle: seconds('keepAliveDelay'),
  sslmode,
  ssl: (value, into) => sslmode({ true: 'require', 1: 'require', false: 'disable', 0: 'disable' }[value] ?? value, into),
  sslnegotiation: oneOf(['postgres', 'direct'], (value, into) => {
    into.tlsNegotiation = value
  }),
  sslrootcert: text('rootCertificate'),
  sslcert: text('certificate'),
  sslkey: text('key'),
  sslpassword: text('keyPassword'),
  sslsni: only('1'),
  sslcompression: only('0'),
  ssl_min_protocol_version: oneOf(['TLSv1.2', 'TLSv1.3'], (value, into) => {
    into.tlsMinVersion = value
  }),
  gssencmode: only('disable', 'prefer'),
  channel_binding: oneOf(['disable', 'prefer', 'require'], (value, into) => {
    into.channelBinding = value
  }),
  target_session_attrs: oneOf(['any', 'read-write', 'primary'], (value, into) => {
    into.needsWritable = value !== 'any'
  }),
  load_balance_hosts: only('disable'),
}

/** Parameters of libpq, other drivers and poolers: the refusal names the alternative. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  hostaddr: 'write the address as the host',
  passfile: 'set PGPASSFILE',
  service: 'write what the service says',
  servicefile: 'write what the service says',
  require_auth: 'use sslmode=verify-full, or channel_binding=require',
  requirepeer: 'use a folder of sockets that others cannot write',
  requiressl: 'use sslmode=verify-full',
  sslcrl: 'revoked certificates are not looked up',
  sslcrldir: 'revoked certificates are not looked up',
  sslcertmode: 'a certificate is shown where sslcert names one',
  ssl_max_protocol_version: 'use ssl_min_protocol_version',
  sslkeylogfile: 'keys of connections are never written down',
  krbsrvname: 'GSSAPI is not supported',
  gsslib: 'GSSAPI is not supported',
  gssdelegation: 'GSSAPI is not supported',
  keepalives_interval: 'use keepalives_idle',
  keepalives_count: 'use keepalives_idle',
  tcp_user_timeout: 'use keepalives_idle',
  replication: 'Latchkey does not replicate',
  schema: 'use options=-csearch_path=NAME',
  search_path: 'use options=-csearch_path=NAME',
  currentschema: 'use options=-csearch_path=NAME',
  statement_timeout: 'Latchkey sets its own',
  lock_timeout: 'Latchkey sets its own',
  idle_in_transaction_session_timeout: 'Latchkey sets its own',
  query_timeout: 'Latchkey sets its own',
  pgbouncer: 'a pooler must keep one connection for each client (pool_mode=session)',
  connection_limit: 'each process holds up to 11 connections',
  pool_timeout: 'Latchkey sets its own',
  pool_size: 'each process holds up to 11 connections',
  sslaccept: 'use sslmode=no-verify or sslmode=verify-full',
  sslidentity: 'use sslcert and sslkey',
  sslfactory: 'use sslmode',
  uselibpqcompat: 'use sslmode=no-verify, verify-ca or verify-full',
  preparethreshold: 'leave it out',
  binary_parameters: 'leave it out',
  charset: 'leave it out: everything is UTF-8',
  driver: 'leave it out',
}

const SECRET = new Set(['password', 'sslpassword'])

/** @returns a problem, which contains a name only if that cannot be part of a password with an unescaped `&` or space */
export function parseParameters(pairs: readonly { readonly name: string; readonly value: string }[]): PostgresParameters | Problem {
  const into: PostgresParameters = {}
  const seen = new Set<string>()
  let mayBeSecret = false
  for (const { name, value } of pairs) {
    const take = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name] : undefined
    if (take === undefined) return unsupported(name, mayBeSecret)
    if (seen.has(name)) return problem(`the parameter ${name} is given twice`)
    seen.add(name)
    mayBeSecret ||= SECRET.has(name)
    const wrong = take(value, into)
    if (wrong !== undefined) return problem(`the parameter ${name} has an invalid value; ${wrong}`)
  }
  return into
}

function unsupported(name: string, mayBeSecret: boolean): Problem {
  const known = name.toLowerCase()
  const instead = Object.hasOwn(UNSUPPORTED, known) ? UNSUPPORTED[known] : undefined
  if (instead !== undefined) return problem(`the parameter ${name} is not supported; ${instead}`)
  const shown = mayBeSecret || !/^[a-z_]{1,40}$/i.test(name) || /pass|pwd|secret|key/i.test(name) ? 'a parameter' : `the parameter ${name}`
  return problem(`${shown} is unknown; parameters: ${Object.keys(PARAMETERS).join(', ')}; percent-encode “&” in values as %26`)
}
