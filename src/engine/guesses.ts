// Guesses are counted before they are hashed, per user and per address, and given back when they were right.

import { AuthError } from '../domain/errors.ts'
import { addressKey, type Limit } from '../domain/limits.ts'
import { wholeSeconds } from '../domain/time.ts'
import { sealForDeployment, unsealAlsoUnbound } from './deployment-seals.ts'
import type { Parts, Whence } from './parts.ts'

export interface Guess {
  giveBack(): Promise<void>
}

/**
 * Takes one guess at a user's password. A device that has signed in as this user before has guesses of its own, so that
 * strangers cannot lock a person out. Refusal: `rate.limited` with `retryAfter`; it costs no point.
 */
export async function takeGuess(parts: Parts, name: string, whence: Whence, knownDevice: string | undefined): Promise<Guess | AuthError> {
  const { perUser, perAddress } = parts.policy.loginLimits
  const user = parts.secrets.digest('limit', name)
  const device = knownDevice === undefined ? undefined : deviceKnownFor(parts, name, knownDevice)
  const counters: readonly (readonly [string, Limit])[] = [
    [`address:${addressKey(whence.ip)}`, perAddress],
    [device === undefined ? `user:${user}` : `user:${user}:${device}`, perUser],
  ]
  const taken = new Map<string, number>()
  // What was taken in a window that is over went with it: the next one owes nothing.
  const giveBack = async () => {
    for (const [key, resetsAt] of taken) if (parts.clock.now() < resetsAt) await parts.store.limits.giveBack(key)
  }
  for (const [key, limit] of counters) {
    const now = parts.clock.now()
    const count = await parts.store.limits.take(key, limit, now)
    taken.set(key, count.resetsAt)
    if (count.taken > limit.points) {
      await giveBack()
      return new AuthError('rate.limited', { retryAfter: Math.max(1, wholeSeconds(count.resetsAt - now + 999)) })
    }
  }
  return { giveBack }
}

const PURPOSE = 'known-device'

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
  const user = parts.secrets.digest('limit', usernameKey)
  const users = [user, ...(before?.users ?? []).filter((other) => other !== user)].slice(0, MAX_USERS)
  const mark: KnownDevice = { device: before?.device ?? parts.secrets.randomId(), users }
  return sealForDeployment(parts, PURPOSE, '', JSON.stringify(mark))
}

/** Whether it is a mark of ours, whomever it is about. */
export function isKnownDevice(parts: Parts, sealed: string): boolean {
  return readKnownDevice(parts, sealed) !== undefined
}

function deviceKnownFor(parts: Parts, name: string, sealed: string): string | undefined {
  const known = readKnownDevice(parts, sealed)
  return known?.users.includes(parts.secrets.digest('limit', name)) ? known.device : undefined
}

function readKnownDevice(parts: Parts, sealed: string): KnownDevice | undefined {
  const text = unsealAlsoUnbound(parts, PURPOSE, '', sealed)
  return text === undefined ? undefined : (JSON.parse(text) as KnownDevice)
}
