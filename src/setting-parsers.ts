// The parsers of setting values: from text to value, undefined when the text is not accepted.

import { isIP } from 'node:net'
import { type DatabaseChoice, readDatabase } from './connection-strings/database.ts'
import { isProblem, valueOrUndefined } from './connection-strings/parse-result.ts'
import { readRedis } from './connection-strings/redis.ts'
import { type Limit, type LoginLimits, parseLimit, parseLoginLimits } from './domain/limits.ts'
import { POLICY_DEFAULTS } from './domain/policy.ts'

export function port(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined
}

export function origin(text: string): string | undefined {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  // A pattern would be read as a host name that never matches.
  if (url.hostname.includes('*')) return undefined
  const bare = url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  return bare ? url.origin : undefined
}

export function listOf<T>(parse: (text: string) => T | undefined): (text: string) => readonly T[] | undefined {
  return (text) => {
    const parsed = text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
      .map(parse)
    return parsed.every((item) => item !== undefined) ? parsed : undefined
  }
}

export const MIN_SECRET_BYTES = 32

export function secrets(text: string): readonly string[] | undefined {
  const all = text.split(',').map((part) => part.trim())
  return all.every((secret) => Buffer.byteLength(secret) >= MIN_SECRET_BYTES) ? all : undefined
}

export function database(text: string): DatabaseChoice | undefined {
  return valueOrUndefined(readDatabase(text))
}

export function redis(text: string): string | undefined {
  return isProblem(readRedis(text.trim())) ? undefined : text.trim()
}

export function cookieDomain(text: string): string | undefined {
  return /^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(text) ? text : undefined
}

export function limits(text: string): LoginLimits | undefined {
  return parseLoginLimits(text, POLICY_DEFAULTS.loginLimits)
}

export function limit(text: string): Limit | undefined {
  return parseLimit(text.trim())
}

export function onOff(text: string): boolean | undefined {
  return text === 'on' || text === 'true' ? true : text === 'off' || text === 'false' ? false : undefined
}

export function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text
}

export function network(text: string): string | undefined {
  const [address = '', prefix, ...rest] = text.split('/')
  const bits = isIP(address) === 4 ? 32 : 128
  const fits = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits)
  return isIP(address) !== 0 && fits && rest.length === 0 ? text : undefined
}
