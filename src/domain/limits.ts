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
 * What counts as one address: IPv4 whole, also where it comes mapped into IPv6; IPv6 by its /64, which is what one
 * subscriber gets.
 */
export function addressKey(ip: string): string {
  const lower = ip.toLowerCase()
  const mapped = /^(?:0{0,4}:){2,5}:?ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(lower)
  if (mapped?.[1]) return mapped[1]
  if (!lower.includes(':')) return lower
  return `${expandIpv6(lower.replace(/%.*$/, '')).slice(0, 4).join(':')}::/64`
}

function expandIpv6(ip: string): string[] {
  const [head = '', tail] = ip.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : new Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  return [...left, ...zeros, ...right].map((group) => group.replace(/^0+(?=.)/, ''))
}
