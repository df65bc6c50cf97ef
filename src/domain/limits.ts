// Login limits: how many wrong guesses, in what time, and what counts as one address.

import { parseDuration } from './time.ts'

export interface Limit {
  readonly points: number
  /** Milliseconds after the first guess of a window at which counting starts again. */
  readonly window: number
}

export interface LoginLimits {
  readonly perUser: Limit
  readonly perAddress: Limit
}

/** What a counter is of, by the beginning of its key: `user:`, `address:`, `proof:`. */
export function kindOfCounter(key: string): string {
  return key.slice(0, key.indexOf(':') + 1)
}

/** Reads `10/5m,100/5m` (per user, per address) or `10/5m` (per user alone, the default stays for addresses). */
export function parseLoginLimits(text: string, defaults: LoginLimits): LoginLimits | undefined {
  const [user, address, ...rest] = text.split(',').map((part) => parseLimit(part.trim()))
  if (user === undefined || rest.length > 0 || (address === undefined && text.includes(','))) return undefined
  return { perUser: user, perAddress: address ?? defaults.perAddress }
}

function parseLimit(text: string): Limit | undefined {
  const match = /^([1-9]\d{0,6})\/(\w+)$/.exec(text)
  const window = parseDuration(match?.[2] ?? '')
  return match && window ? { points: Number(match[1]), window } : undefined
}

/**
 * What counts as one address: IPv4 whole, also where it comes mapped into IPv6 in any spelling; IPv6 by its /64, which is
 * what one subscriber gets.
 */
export function addressKey(ip: string): string {
  const bare = ip.toLowerCase().replace(/%.*$/, '')
  if (!bare.includes(':')) return bare
  const groups = expandIpv6(withoutDottedTail(bare))
  const isMapped = groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff'
  return isMapped ? dotted(groups.slice(6)) : `${groups.slice(0, 4).join(':')}::/64`
}

/** The last 32 bits may be written as an IPv4 address (RFC 4291, 2.2): as two groups they are like any other. */
function withoutDottedTail(ip: string): string {
  return ip.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a: string, b: string, c: string, d: string) => `${group(a, b)}:${group(c, d)}`)
}

function group(high: string, low: string): string {
  return (Number(high) * 256 + Number(low)).toString(16)
}

function dotted(groups: readonly string[]): string {
  return groups.flatMap((text) => [Number.parseInt(text, 16) >> 8, Number.parseInt(text, 16) & 0xff]).join('.')
}

function expandIpv6(ip: string): string[] {
  const [head = '', tail] = ip.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].map((text) => text.replace(/^0+(?=.)/, ''))
}
