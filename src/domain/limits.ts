// Rate limits: their notation (`10/5m`), and the counters that a sign-in attempt or a registration counts against.

import { clientNetworks } from './client-network.ts'
import { COUNTER_KINDS } from './persisted-names.ts'
import { parseDuration } from './time.ts'

export interface Limit {
  readonly points: number
  /** Length of the window in milliseconds, from its first point. */
  readonly window: number
}

export interface LoginLimits {
  readonly perUser: Limit
  readonly perNetwork: Limit
}

/** A counter of points. The part of its key before the first colon is its kind: see `counterKind`. */
export interface Counter {
  readonly key: string
  readonly limit: Limit
}

/** The kind of a counter, the beginning of its key: `user:`, `address:`, `proof:`. */
export function counterKind(key: string): string {
  return key.slice(0, key.indexOf(':') + 1)
}

/** Parses `10/5m,100/5m` (per user, per network) or `10/5m` (per user; the network limit keeps its default). */
export function parseLoginLimits(text: string, defaults: LoginLimits): LoginLimits | undefined {
  const [user, network, ...rest] = text.split(',').map((part) => parseLimit(part.trim()))
  if (user === undefined || rest.length > 0 || (network === undefined && text.includes(','))) return undefined
  return { perUser: user, perNetwork: network ?? defaults.perNetwork }
}

/** Parses `10/1h`. */
export function parseLimit(text: string): Limit | undefined {
  const match = /^([1-9]\d{0,6})\/(\w+)$/.exec(text)
  const window = parseDuration(match?.[2] ?? '')
  return match && window ? { points: Number(match[1]), window } : undefined
}

/** The narrowest of a client's networks; empty when the address is unknown. */
export function addressKey(ip: string): string {
  return clientNetworks(ip)[0]?.name ?? ''
}

/**
 * The counters of a client's networks, the narrowest first; a wider one has more points. Each width is a kind of its own: a client with
 * very many networks of one width evicts no counter of another, so the wider ones still hold.
 */
export function networkCounters(
  kind: typeof COUNTER_KINDS.address | typeof COUNTER_KINDS.register,
  ip: string,
  { points, window }: Limit,
): readonly Counter[] {
  return clientNetworks(ip).map(({ width, name, multiplier }) => ({
    key: `${kind}${width === 'whole' ? '' : `-${width}`}:${name}`,
    limit: { points: points * multiplier, window },
  }))
}

export interface AttemptSource {
  /** A digest of the username, whether such a user exists or not. */
  readonly user: string
  /** The id of the known device, when it has signed in as this user before. */
  readonly device: string | undefined
  /** A digest of the client's network, when this user recently signed in from it. */
  readonly network: string | undefined
}

/**
 * The counter of attempts for a user's password. Unknown clients share one. A known device has its own, and so has a network from which the
 * user recently signed in, so that attempts from elsewhere cannot lock the user out there. The device takes precedence, so that attackers
 * in the user's own network cannot lock the user out either.
 */
export function attemptCounter({ user, device, network }: AttemptSource, limit: Limit): Counter {
  if (device !== undefined) return { key: `${COUNTER_KINDS.device}:${user}:${device}`, limit }
  if (network !== undefined) return { key: `${COUNTER_KINDS.network}:${user}:${network}`, limit }
  return { key: `${COUNTER_KINDS.user}:${user}`, limit }
}

/** The limit of successful sign-ins per user: ten times the attempts of a network. */
export function signInLimit({ perNetwork: { points, window } }: LoginLimits): Limit {
  return { points: 10 * points, window }
}
