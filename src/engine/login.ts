// Signing in with a name and a password. Unknown, disabled and wrong answer alike, at the same price.

import { AuthError } from '../domain/errors.ts'
import { isTooLong } from '../domain/password.ts'
import { COUNTER_KINDS } from '../domain/persisted-names.ts'
import { type UserRecord, usernameKey } from '../domain/user.ts'
import type { CallerSignal } from '../ports/caller.ts'
import type { Change } from '../ports/store.ts'
import { networksAfterSignIn, takeGuess } from './guesses.ts'
import { noteSeen } from './hash-survey.ts'
import { auditEvent, type SignedIn } from './issue.ts'
import { MAX_ATTEMPTS, type Parts, type Whence } from './parts.ts'
import { beginLineage, type SentAlong, type SignInWish } from './sign-in.ts'

export interface LoginInput extends SignInWish {
  readonly username: string
  readonly password: string
  /** Proof that this device has signed in as somebody before, if it has: strangers' guesses do not lock it out. */
  readonly knownDevice: string | undefined
}

/**
 * Verifies the password and begins a new lineage; the lineages of genuine credentials sent along end.
 * Refusals: `credentials.invalid`, `rate.limited` with seconds to wait, `server.busy`.
 *
 * @throws StoreError
 */
export async function login(
  parts: Parts,
  input: LoginInput,
  whence: Whence,
  sentAlong: SentAlong,
  signal?: CallerSignal,
): Promise<SignedIn | AuthError> {
  const key = usernameKey(input.username)
  const user = key === undefined ? undefined : await parts.store.users.findByUsernameKey(key)
  const guess = await takeGuess(parts, { name: key ?? input.username, user }, whence, input.knownDevice)
  if (guess instanceof AuthError) {
    if (user && (await guessesRanOut(parts, user))) await recordLogin(parts, user, whence, 'rate_limited')
    return guess
  }
  const verified = await verifyPassword(parts, user, input.password, signal)
  if (verified instanceof AuthError) {
    await guess.giveBack()
    return verified
  }
  if ('refused' in verified) {
    if (isTooLong(input.password)) await guess.giveBack()
    else if (user) await recordLogin(parts, user, whence, 'failure')
    await verified.settled
    return verified.refused
  }
  await guess.giveBack()
  const tooMany = parts.signInCounts.take(verified.user.id, parts.clock.now())
  if (tooMany) return tooMany
  return begin(parts, verified, input, whence, sentAlong)
}

export interface VerifiedUser {
  readonly user: UserRecord
  /** A hash of current cost, where the stored one was of older parameters. */
  readonly renewedHash: string | undefined
}

/** A password that is not right. */
export interface WrongPassword {
  readonly refused: AuthError
  /** Resolves when that may be answered: after the same time for everybody. What else is to be done goes on meanwhile. */
  readonly settled: Promise<void>
}

/**
 * Compares the password, at the price of one hash whatever the outcome; one that is too long costs nothing, whoever is meant.
 * Refusal: `server.busy`.
 */
export async function verifyPassword(
  parts: Parts,
  user: UserRecord | undefined,
  password: string,
  signal?: CallerSignal,
): Promise<VerifiedUser | WrongPassword | AuthError> {
  if (parts.refusalTime.isFull) return new AuthError('server.busy', { retryAfter: 1 })
  const usable = user !== undefined && !user.disabled
  let began = parts.clock.now()
  const compared = await parts.hasher.verify(usable ? user.passwordHash : null, password, signal, () => {
    began = parts.clock.now()
  })
  if (compared === undefined) return new AuthError('server.busy', { retryAfter: 1 })
  if (usable && compared.ok) return { user, renewedHash: compared.outdated ? await parts.hasher.hash(password, signal) : undefined }
  const refused = new AuthError('credentials.invalid')
  if (isTooLong(password)) return { refused, settled: Promise.resolve() }
  if (usable) noteSeen(parts, user.passwordHash)
  return { refused, settled: parts.refusalTime.settle(password, parts.clock.now() - began, signal) }
}

async function begin(
  parts: Parts,
  { user, renewedHash }: VerifiedUser,
  input: LoginInput,
  whence: Whence,
  sentAlong: SentAlong,
): Promise<SignedIn | AuthError> {
  let current = user
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const guard = afterSignIn(current, renewedHash, networksAfterSignIn(parts, current, whence, parts.clock.now()))
    const begun = await beginLineage(parts, current, input, whence, sentAlong, 'login.password', [guard])
    if (begun) return begun
    const again = await parts.store.users.find(user.id)
    // What was verified is no longer what is stored: the password was changed, or the user disabled, in this very moment.
    if (again === undefined || again.disabled || again.passwordHash !== user.passwordHash) return new AuthError('credentials.invalid')
    current = again
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

/** What a sign-in changes in the user's record, and requires of it. */
function afterSignIn(user: UserRecord, renewedHash: string | undefined, recentNetworks: UserRecord['recentNetworks']): Change {
  const { id, version } = user
  if (renewedHash === undefined && recentNetworks === undefined) return { do: 'require user', id, version }
  const changed = { ...(renewedHash !== undefined && { passwordHash: renewedHash }), ...(recentNetworks && { recentNetworks }) }
  return { do: 'replace user', next: { ...user, ...changed, version: version + 1 }, ifVersion: version }
}

/** True once a window: the first refusal says it all, and strangers must not make the record grow. */
export async function guessesRanOut(parts: Parts, user: UserRecord): Promise<boolean> {
  const once = { points: 1, window: parts.policy.loginLimits.perUser.window }
  return (await parts.store.limits.take(`${COUNTER_KINDS.noted}:${user.id}`, once, parts.clock.now())).taken === 1
}

async function recordLogin(parts: Parts, user: UserRecord, whence: Whence, outcome: 'failure' | 'rate_limited'): Promise<void> {
  await parts.store.write([auditEvent(parts, whence, { userId: user.id, action: 'login.password', outcome }, parts.clock.now())])
}
