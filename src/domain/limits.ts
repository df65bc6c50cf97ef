// Limits: how much of something, in what time; and which counters a guess or a registration takes a point of.

import { clientNetworks } from './client-network.ts'
import { COUNTER_KINDS } from './persisted-names.ts'
import { parseDuration } from './time.ts'

export interface Limit {
  readonly points: number
  /** Milliseconds after the first point of a window at which counting starts again. */
  readonly window: number
}

export interface LoginLimits {
  readonly perUser: Limit
  readonly perAddress: Limit
}

/** A counter of points. What it is of is the beginning of its key, up to the first colon: see `kindOfCounter`. */
export interface Counter {
  readonly key: string
  readonly limit: Limit
}

/** What a counter is of, by the beginning of its key: `user:`, `address:`, `proof:`. */
export function counterKind(key: string): string {
  return key.slice(0, key.indexOf(':') + 1)
}

/** Reads `10/5m,100/5m` (per user, per address) or `10/5m` (per user alone, the default stays for addresses). */
export function parseLoginLimits(text: string, defaults: LoginLimits): LoginLimits | undefined {
  const [user, address, ...rest] = text.split(',').map((part) => parseLimit(part.trim()))
  if (user === undefined || rest.length > 0 || (address === undefined && text.includes(','))) return undefined
  return { perUser: user, perAddress: address ?? defaults.perAddress }
}

/** Reads `10/1h`. */
export function parseLimit(text: string): Limit | undefined {
  const match = /^([1-9]\d{0,6})\/(\w+)$/.exec(text)
  const window = parseDuration(match?.[2] ?? '')
  return match && window ? { points: Number(match[1]), window } : undefined
}

/** What counts as one address: the narrowest of a client's networks; empty where the address is not known. */
export function addressKey(ip: string): string {
  return clientNetworks(ip)[0]?.name ?? ''
}

/**
 * The counters of a client's networks, the narrowest first; a wider one has more points. Each width is a kind of its own: who has very
 * many networks of one width pushes out no counter of another, and the wider ones still hold.
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
  /** Stands for the user name, whether there is such a user or not. */
  readonly user: string
  /** The device's own id, where it has proved that it signed in as this user before. */
  readonly device: string | undefined
  /** Stands for the client's network, where this user signed in from it lately. */
  readonly network: string | undefined
}

/**
 * The counter of guesses at a user's password. Strangers share one. A device that the user has signed in with has its own, and so has a
 * network that they signed in from lately: there nobody keeps the user out by guessing elsewhere. What is known of the device counts first,
 * so that strangers in the user's own network do not keep them out either.
 */
export function attemptCounter({ user, device, network }: AttemptSource, limit: Limit): Counter {
  if (device !== undefined) return { key: `${COUNTER_KINDS.device}:${user}:${device}`, limit }
  if (network !== undefined) return { key: `${COUNTER_KINDS.network}:${user}:${network}`, limit }
  return { key: `${COUNTER_KINDS.user}:${user}`, limit }
}

/** How many sign-ins that succeed each user has: ten times what a network may guess. */
export function signInLimit({ perAddress: { points, window } }: LoginLimits): Limit {
  return { points: 10 * points, window }
}
