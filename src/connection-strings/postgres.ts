// Parses PostgreSQL connection strings in both of libpq's forms: postgres://… and host=… dbname=…
// (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING).

import { type Host, readAddress, readHosts, readPort } from './address.ts'
import { isKeywordValue, readKeywordValue } from './keyword-value.ts'
import { isProblem, type ParseResult, problem } from './parse-result.ts'
import { type PostgresParameters, parseParameters } from './postgres-parameters.ts'

export interface PostgresTarget extends Readonly<Omit<PostgresParameters, 'host' | 'port'>> {
  /** In the order in which they are tried; at least one. */
  readonly hosts: readonly Host[]
}

const URL_FORM = /^postgres(ql)?:\/\//i

export function isPostgres(text: string): boolean {
  return URL_FORM.test(text) || isKeywordValue(text)
}

export function readPostgres(text: string): ParseResult<PostgresTarget> {
  if (!URL_FORM.test(text)) return isKeywordValue(text) ? readKeywords(text) : problem('it does not begin with postgres://')
  const address = readAddress(text.replace(URL_FORM, ''))
  if (isProblem(address)) return address
  const { user, password, hosts, path, isNested, parameters } = address.value
  if (/^\/*$/.test(text.replace(URL_FORM, ''))) return problem('it names neither a host nor a database')
  const taken = parseParameters(parameters)
  if (isProblem(taken)) return taken
  if (isNested) return problem('the name of its database contains a “/”; percent-encode it as %2F')
  const isNamed = hosts.some(({ host, port }) => host !== '' || port !== undefined)
  if (isNamed && taken.host !== undefined && hosts.some(({ host }) => host !== ''))
    return problem('its host is given twice, before the path and as the parameter host; keep one')
  return resolveTarget({ ...withoutUndefined({ user, password, database: path || undefined }), ...taken }, isNamed ? hosts : undefined)
}

function readKeywords(text: string): ParseResult<PostgresTarget> {
  const pairs = readKeywordValue(text)
  if (isProblem(pairs)) return pairs
  const taken = parseParameters(pairs.value)
  return isProblem(taken) ? taken : resolveTarget(taken, undefined)
}

function resolveTarget({ host, port, ...rest }: PostgresParameters, named: readonly Host[] | undefined): ParseResult<PostgresTarget> {
  const hosts = host === undefined ? { value: named ?? [{ host: '', port: undefined }] } : hostsOf(host)
  if (isProblem(hosts)) return hosts
  const ports = (port ?? '').split(',')
  if (ports.length > 1 && ports.length !== hosts.value.length)
    return problem('the parameter port needs one port, or as many as there are hosts')
  const complete: Host[] = []
  for (const [index, each] of hosts.value.entries()) {
    const own = readPort(ports.length > 1 ? ports[index] : ports[0])
    if (isProblem(own)) return own
    complete.push({ host: each.host, port: each.port ?? own.value })
  }
  if (rest.tls === 'verify-ca' && (rest.rootCertificate === undefined || rest.rootCertificate === 'system'))
    return problem(
      'sslmode=verify-ca needs sslrootcert=PATH: any server can get a certificate from a public authority; or use sslmode=verify-full',
    )
  const isPlain = rest.tls === undefined || rest.tls === 'disable'
  const needsTls = rest.rootCertificate ?? rest.certificate ?? rest.key ?? rest.tlsNegotiation
  if (rest.tls === 'disable' && needsTls !== undefined) return problem('sslmode=disable does not go with other parameters for TLS')
  if ((rest.certificate === undefined) !== (rest.key === undefined)) return problem('sslcert and sslkey go together: set both, or neither')
  if (rest.channelBinding === 'require' && isPlain) return problem('channel_binding=require needs sslmode=verify-full')
  return { value: { ...rest, ...(isPlain && needsTls !== undefined ? { tls: 'verify-full' as const } : {}), hosts: complete } }
}

/** The parameter `host`: names, or folders of sockets, without ports. */
function hostsOf(text: string): ParseResult<readonly Host[]> {
  if (text.split(',').every((each) => each.startsWith('/'))) return { value: text.split(',').map((host) => ({ host, port: undefined })) }
  // Here an IPv6 address has no brackets.
  return readHosts(text.replace(/(^|,)([0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*)(?=,|$)/gi, '$1[$2]'))
}

function withoutUndefined<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }
}
