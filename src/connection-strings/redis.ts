// Parses Redis connection strings: redis://, rediss:// (TLS), with +cluster for a cluster, and sockets on this machine
// (https://www.iana.org/assignments/uri-schemes/prov/redis).

import { type Address, type Host, readAddress } from './address.ts'
import { isProblem, type ParseResult, type Problem, problem } from './parse-result.ts'

export interface RedisTarget {
  readonly isCluster: boolean
  readonly tls: boolean
  /** One, or the seed nodes of a cluster; none with `socket`. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[]
  /** The path of a socket. */
  readonly socket: string | undefined
  readonly user: string | undefined
  readonly password: string | undefined
  readonly database: number
}

const DEFAULT_PORT = 6379
const FORM = /^(rediss?(?:\+cluster)?|redis\+unix|redis\+socket|unix):\/\//i

export function readRedis(text: string): ParseResult<RedisTarget> {
  const scheme = FORM.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) return problem(withoutScheme(text))
  const address = readAddress(text.replace(FORM, ''))
  if (isProblem(address)) return address
  const { user, password } = address.value
  if (user !== undefined && password === undefined)
    return problem('it has a user name without a password; write a password alone after a colon: redis://:PASSWORD at the host')
  const common = { user, password, tls: scheme.startsWith('rediss') }
  return /unix|socket/.test(scheme) ? socketOf(address.value, common) : hostsOf(address.value, common, scheme.endsWith('+cluster'))
}

type Common = Pick<RedisTarget, 'user' | 'password' | 'tls'>

function hostsOf({ hosts, path = '', parameters }: Address, common: Common, isCluster: boolean): ParseResult<RedisTarget> {
  const named = hosts.filter(({ host }) => host !== '')
  const [first] = named
  if (first === undefined || named.some(({ host }) => host.startsWith('/')))
    return problem('it names no host; for a socket write redis+unix:///PATH')
  if (parameters.length > 0)
    return problem('parameters after “?” are not accepted; write rediss:// for TLS, and the number of the database after the host: /0')
  if (named.length > 1 && !isCluster) return problem('it names several hosts; for a cluster write redis+cluster://')
  const database = databaseOf(path)
  if (typeof database !== 'number') return database
  if (isCluster && database !== 0) return problem('a cluster has no databases; leave the number out')
  return { value: { ...common, isCluster, hosts: named.map(withPort), socket: undefined, database } }
}

function socketOf({ hosts, path = '', parameters }: Address, common: Common): ParseResult<RedisTarget> {
  if (hosts.some(({ host }) => host !== '') || path === '')
    return problem('write three slashes before the path of a socket: redis+unix:///run/redis.sock')
  const [parameter, ...others] = parameters
  if (others.length > 0 || (parameter !== undefined && parameter.name !== 'db')) return problem('the only parameter of a socket is db')
  const database = databaseOf(parameter?.value ?? '')
  return typeof database === 'number' ? { value: { ...common, isCluster: false, hosts: [], socket: `/${path}`, database } } : database
}

function databaseOf(text: string): number | Problem {
  if (text === '') return 0
  return /^\d{1,5}$/.test(text) ? Number(text) : problem('only the number of a database may follow the host, such as /0')
}

function withPort({ host, port }: Host) {
  return { host, port: port ?? DEFAULT_PORT }
}

function withoutScheme(text: string): string {
  if (/^rediss?:(?!\/\/)/i.test(text)) return 'write two slashes after the colon: redis://'
  if (/^(valkeys?|keydb):/i.test(text)) return 'write redis://, or rediss:// for TLS'
  return 'it does not begin with an accepted scheme such as redis://'
}
