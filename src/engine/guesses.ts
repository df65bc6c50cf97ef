// Guesses at a password are counted before they are hashed, for the user and for the client's networks, and given back when they were right.

import { UNKNOWN_ADDRESS } from '../domain/client-network.ts'
import type { AuthError } from '../domain/errors.ts'
import { addressKey, guessCounter, networkCounters } from '../domain/limits.ts'
import { COUNTER_KINDS, KNOWN_DEVICE_SEAL, LIMIT_DIGEST, NETWORK_DIGEST } from '../domain/persisted-names.ts'
import { isRecentNetwork, type RecentNetwork, withNetwork } from '../domain/recent-networks.ts'
import type { UserRecord } from '../domain/user.ts'
import { sealForDeployment, unsealAlsoUnbound } from './deployment-seals.ts'
import type { Parts, Whence } from './parts.ts'
import { type Taken, takePoints } from './points.ts'

/** At whose password. */
export interface GuessedUser {
  /** The key of the name, or the name where it can have none: what nobody is called is counted like what somebody is called. */
  readonly name: string
  /** Undefined where there is no such user. */
  readonly user: UserRecord | undefined
}

/**
 * Takes one guess at a user's password. Refusal: `rate.limited` with `retryAfter`; it costs no point.
 *
 * @throws StoreError
 */
export async function takeGuess(
  parts: Parts,
  { name, user }: GuessedUser,
  whence: Whence,
  knownDevice: string | undefined,
): Promise<Taken | AuthError> {
  const { perUser, perAddress } = parts.policy.loginLimits
  const guesser = {
    user: parts.secrets.digest(LIMIT_DIGEST, name),
    device: knownDevice === undefined ? undefined : deviceKnownFor(parts, name, knownDevice),
    network: recentNetworkOf(parts, user, whence),
  }
  return takePoints(parts, [
    ...networkCounters(COUNTER_KINDS.address, whence.ip || UNKNOWN_ADDRESS, perAddress),
    guessCounter(guesser, perUser),
  ])
}

/** Where the user signed in lately, with this sign-in; undefined where the record need not change. */
export function networksAfterSignIn(parts: Parts, user: UserRecord, whence: Whence, now: number): readonly RecentNetwork[] | undefined {
  const network = networkDigest(parts, user.id, whence)
  return network === undefined ? undefined : withNetwork(user.recentNetworks ?? [], network, now)
}

function recentNetworkOf(parts: Parts, user: UserRecord | undefined, whence: Whence): string | undefined {
  if (user?.recentNetworks === undefined) return undefined
  const network = networkDigest(parts, user.id, whence)
  const isRecent = network !== undefined && isRecentNetwork(user.recentNetworks, network, parts.clock.now())
  return isRecent ? network : undefined
}

function networkDigest(parts: Parts, userId: string, { ip }: Whence): string | undefined {
  const network = addressKey(ip)
  return network === '' ? undefined : parts.secrets.digest(NETWORK_DIGEST, `${userId} ${network}`)
}

interface KnownDevice {
  readonly device: string
  readonly users: readonly string[]
}

const MAX_USERS = 5

/**
 * The sealed mark of a device that has signed in as this user, after an earlier mark where there is one. It tells its
 * bearer nothing, outlives the sign-out, and is good for nothing but guesses of its own.
 */
export function markKnownDevice(parts: Parts, usernameKey: string, earlier: string | undefined): string {
  const before = earlier === undefined ? undefined : readKnownDevice(parts, earlier)
  const user = parts.secrets.digest(LIMIT_DIGEST, usernameKey)
  const users = [user, ...(before?.users ?? []).filter((other) => other !== user)].slice(0, MAX_USERS)
  const mark: KnownDevice = { device: before?.device ?? parts.secrets.randomId(), users }
  return sealForDeployment(parts, KNOWN_DEVICE_SEAL, '', JSON.stringify(mark))
}

/** Whether it is a mark of ours, whomever it is about. */
export function isKnownDevice(parts: Parts, sealed: string): boolean {
  return readKnownDevice(parts, sealed) !== undefined
}

function deviceKnownFor(parts: Parts, name: string, sealed: string): string | undefined {
  const known = readKnownDevice(parts, sealed)
  return known?.users.includes(parts.secrets.digest(LIMIT_DIGEST, name)) ? known.device : undefined
}

function readKnownDevice(parts: Parts, sealed: string): KnownDevice | undefined {
  const text = unsealAlsoUnbound(parts, KNOWN_DEVICE_SEAL, '', sealed)
  return text === undefined ? undefined : (JSON.parse(text) as KnownDevice)
}
