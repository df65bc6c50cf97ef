// Login rate limiting: an attempt takes a point before hashing, per user and per client network, and gives it back when the password was
// right. Also seals the known-device cookie.

import { UNKNOWN_ADDRESS } from '../domain/client-network.ts'
import type { AuthError } from '../domain/errors.ts'
import { addressKey, attemptCounter, networkCounters } from '../domain/limits.ts'
import { COUNTER_KINDS, KNOWN_DEVICE_SEAL, LIMIT_DIGEST, NETWORK_DIGEST } from '../domain/persisted-names.ts'
import { addNetwork, isRecentNetwork, type RecentNetwork } from '../domain/recent-networks.ts'
import type { UserRecord } from '../domain/user.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { sealForDeployment, unsealWithLegacyFallback } from './deployment-seals.ts'
import { type ConsumedPoints, consumePoints } from './limit-points.ts'

/** The user whose password is tried. */
export interface AttemptedUser {
  /** The username key, or the entered name when it cannot be a username: unknown names are counted like existing ones. */
  readonly name: string
  /** Undefined when there is no such user. */
  readonly user: UserRecord | undefined
}

/**
 * Takes one attempt for a user's password. Refusal: `rate.limited` with `retryAfter`; it costs no point.
 *
 * @throws StoreError
 */
export async function consumeAttempt(
  context: EngineContext,
  { name, user }: AttemptedUser,
  clientInfo: ClientInfo,
  knownDevice: string | undefined,
): Promise<ConsumedPoints | AuthError> {
  const { perUser, perNetwork } = context.policy.loginLimits
  const source = {
    user: context.secrets.digest(LIMIT_DIGEST, name),
    device: knownDevice === undefined ? undefined : knownDeviceIdFor(context, name, knownDevice),
    network: recentNetworkDigest(context, user, clientInfo),
  }
  return consumePoints(context, [
    ...networkCounters(COUNTER_KINDS.address, clientInfo.ip || UNKNOWN_ADDRESS, perNetwork),
    attemptCounter(source, perUser),
  ])
}

/** The recent networks including this sign-in; undefined when the record need not change. */
export function networksAfterSignIn(
  context: EngineContext,
  user: UserRecord,
  clientInfo: ClientInfo,
  now: number,
): readonly RecentNetwork[] | undefined {
  const network = networkDigest(context, user.id, clientInfo)
  return network === undefined ? undefined : addNetwork(user.recentNetworks ?? [], network, now)
}

function recentNetworkDigest(context: EngineContext, user: UserRecord | undefined, clientInfo: ClientInfo): string | undefined {
  if (user?.recentNetworks === undefined) return undefined
  const network = networkDigest(context, user.id, clientInfo)
  const isRecent = network !== undefined && isRecentNetwork(user.recentNetworks, network, context.clock.now())
  return isRecent ? network : undefined
}

function networkDigest(context: EngineContext, userId: string, { ip }: ClientInfo): string | undefined {
  const network = addressKey(ip)
  return network === '' ? undefined : context.secrets.digest(NETWORK_DIGEST, `${userId} ${network}`)
}

interface KnownDevice {
  readonly device: string
  readonly users: readonly string[]
}

const MAX_USERS = 5

/**
 * The sealed known-device cookie of a device that has signed in as this user, extending an earlier one if there is one. It reveals nothing
 * to its holder, survives a sign-out, and only gives the device its own attempt counter.
 */
export function sealKnownDevice(context: EngineContext, usernameKey: string, previous: string | undefined): string {
  const before = previous === undefined ? undefined : unsealKnownDevice(context, previous)
  const user = context.secrets.digest(LIMIT_DIGEST, usernameKey)
  const users = [user, ...(before?.users ?? []).filter((other) => other !== user)].slice(0, MAX_USERS)
  const payload: KnownDevice = { device: before?.device ?? context.secrets.randomId(), users }
  return sealForDeployment(context, KNOWN_DEVICE_SEAL, '', JSON.stringify(payload))
}

/** Whether it is a known-device cookie of ours, for any user. */
export function isKnownDevice(context: EngineContext, sealed: string): boolean {
  return unsealKnownDevice(context, sealed) !== undefined
}

function knownDeviceIdFor(context: EngineContext, name: string, sealed: string): string | undefined {
  const known = unsealKnownDevice(context, sealed)
  return known?.users.includes(context.secrets.digest(LIMIT_DIGEST, name)) ? known.device : undefined
}

function unsealKnownDevice(context: EngineContext, sealed: string): KnownDevice | undefined {
  const text = unsealWithLegacyFallback(context, KNOWN_DEVICE_SEAL, '', sealed)
  return text === undefined ? undefined : (JSON.parse(text) as KnownDevice)
}
