// Converts a connection string to the configuration of `pg`. The parser of `pg` is not used: it ignores unknown parameters, and
// its TLS rules are not those of libpq.

import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type pg from 'pg'
import type { Host } from '../../connection-strings/address.ts'
import { isProblem } from '../../connection-strings/parse-result.ts'
import { type PostgresTarget, readPostgres } from '../../connection-strings/postgres.ts'
import { StoreError } from '../../domain/errors.ts'

/** The connect timeout in milliseconds when the connection string has none. */
const CONNECT_TIMEOUT_MS = 3_000

export interface ServerConfig extends pg.ClientConfig {
  readonly sslnegotiation?: 'postgres' | 'direct'
  readonly enableChannelBinding?: boolean
}

/** @throws StoreError that contains no part of the connection string */
export function parseTarget(url: string): PostgresTarget {
  const target = readPostgres(url.trim())
  if (isProblem(target)) throw new StoreError(`The database cannot be opened: in its connection string ${target.problem}.`)
  return target.value
}

/** The configuration for each server of the target, in order. @throws StoreError when a file that it names cannot be read */
export function serverConfigs(target: PostgresTarget): readonly ServerConfig[] {
  const tls = tlsConfig(target)
  const common: ServerConfig = {
    ...(target.user === undefined ? {} : { user: target.user }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.database === undefined ? {} : { database: target.database }),
    ...(target.options === undefined ? {} : { options: target.options }),
    application_name: target.applicationName ?? 'latchkey',
    connectionTimeoutMillis: target.connectTimeout ?? CONNECT_TIMEOUT_MS,
    keepAlive: true,
    ...(target.keepAliveDelay === undefined ? {} : { keepAliveInitialDelayMillis: target.keepAliveDelay }),
    enableChannelBinding: target.channelBinding === 'prefer' || target.channelBinding === 'require',
  }
  return target.hosts.map((host) => ({ ...common, ...addressConfig(host), ...(host.host.startsWith('/') ? {} : tls) }))
}

/** An empty host means the default of `pg`. A host that begins with `/` is a Unix socket, which has no TLS. */
function addressConfig({ host, port }: Host): ServerConfig {
  return { ...(host === '' ? {} : { host }), ...(port === undefined ? {} : { port }) }
}

/** Empty when the connection string has no sslmode: then PGSSLMODE applies, and without it the connection is not encrypted. */
function tlsConfig(target: PostgresTarget): ServerConfig {
  if (target.tls === undefined) return {}
  if (target.tls === 'disable') return { ssl: false }
  const ssl: ConnectionOptions = {
    rejectUnauthorized: target.tls !== 'no-verify',
    // verify-ca checks the certificate chain, not the host name.
    ...(target.tls === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
    ...(target.rootCertificate === undefined || target.rootCertificate === 'system'
      ? {}
      : { ca: readPemFile('sslrootcert', target.rootCertificate) }),
    ...(target.certificate === undefined ? {} : { cert: readPemFile('sslcert', target.certificate) }),
    ...(target.key === undefined ? {} : { key: readPemFile('sslkey', target.key) }),
    ...(target.keyPassword === undefined ? {} : { passphrase: target.keyPassword }),
    ...(target.tlsMinVersion === undefined ? {} : { minVersion: target.tlsMinVersion }),
  }
  return { ssl, ...(target.tlsNegotiation === undefined ? {} : { sslnegotiation: target.tlsNegotiation }) }
}

function readPemFile(parameter: string, path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw new StoreError(`The parameter ${parameter} names a file that cannot be read (${code}): name a PEM file that this user may read.`)
  }
}
