// Creating a user who chooses a password, and signing them in.

import { AuthError } from '../domain/errors.ts'
import { contextWords } from '../domain/guessing/bounded.ts'
import { networkCounters } from '../domain/limits.ts'
import { findUsernameFault, isReservedUsername } from '../domain/new-username.ts'
import { asMeasured, judgeLength, judgeStrength } from '../domain/password.ts'
import { COUNTER_KINDS, USER_ID_PREFIX } from '../domain/persisted-names.ts'
import { type UserRecord, usernameKey } from '../domain/user.ts'
import type { CallerSignal } from '../ports/caller.ts'
import type { Change } from '../ports/store.ts'
import { networksAfterSignIn } from './guesses.ts'
import type { SignedIn } from './issue.ts'
import type { Parts, Whence } from './parts.ts'
import { takePoints } from './points.ts'
import { isReserved, requiringFree } from './reserved-names.ts'
import { beginLineage, type SentAlong, type SignInWish } from './sign-in.ts'

export interface NewUser {
  readonly username: string
  readonly password: string
  readonly email: string | null
  readonly roles: readonly string[]
}

/**
 * Takes a point of the client's networks, whatever comes of it: the answers tell which names exist. Where the address is not known (a
 * call of the library without one) nothing is counted.
 *
 * Refusals: `rate.limited` with seconds to wait, `username.invalid`, `username.taken`, `password.too_short`, `password.too_long`, `password.too_common`,
 * `password.too_weak`, `server.busy`.
 *
 * @throws StoreError
 */
export async function register(
  parts: Parts,
  input: Omit<NewUser, 'roles'> & SignInWish,
  whence: Whence,
  sentAlong: SentAlong,
  signal?: CallerSignal,
): Promise<SignedIn | AuthError> {
  const counted = await takePoints(parts, networkCounters(COUNTER_KINDS.register, whence.ip, parts.policy.registrationLimit))
  if (counted instanceof AuthError) return counted
  const prepared = await prepareUser(parts, { ...input, roles: [] }, 'public', signal)
  if (prepared instanceof AuthError) return prepared
  const recentNetworks = networksAfterSignIn(parts, prepared, whence, prepared.createdAt)
  const user = recentNetworks === undefined ? prepared : { ...prepared, recentNetworks }
  const begun = await beginLineage(parts, user, input, whence, sentAlong, 'account.register', inserting(parts, user))
  return begun ?? new AuthError('username.taken', { field: 'username' })
}

/** The record of a new user, checked and hashed, not yet stored. Operators and administrators may give reserved names. */
export async function prepareUser(
  parts: Parts,
  input: NewUser,
  by: 'public' | 'operator' | 'operator who reuses names',
  signal?: CallerSignal,
): Promise<UserRecord | AuthError> {
  const fault = findUsernameFault(input.username)
  const key = usernameKey(input.username)
  if (fault !== undefined || key === undefined)
    return new AuthError('username.invalid', { field: 'username', reason: fault ?? 'characters' })
  const unfit = judgePasswordLength(parts, input.password)
  if (unfit) return unfit
  // Such a name is well formed: what the sentence of `username.invalid` asks for, it has.
  if (by === 'public' && isReservedUsername(input.username)) return new AuthError('username.taken', { field: 'username' })
  // Asked before the expensive work to spare it; the insert decides.
  const isTaken = (await parts.store.users.findByUsernameKey(key)) !== undefined
  if (isTaken || (by !== 'operator who reuses names' && (await isReserved(parts, { usernameKey: key }))))
    return new AuthError('username.taken', { field: 'username' })
  const refusal = await judgePassword(parts, input.password, [key, input.email ?? ''], signal)
  if (refusal) return refusal
  const passwordHash = await parts.hasher.hash(input.password, signal)
  if (passwordHash === undefined) return new AuthError('server.busy', { retryAfter: 1 })
  return {
    id: `${USER_ID_PREFIX}${parts.secrets.randomId()}`,
    username: input.username,
    usernameKey: key,
    email: input.email,
    passwordHash,
    roles: input.roles,
    disabled: false,
    createdAt: parts.clock.now(),
    version: 1,
  }
}

/** What lands a new user, refused where the name is another's, or was that of a user who was deleted. */
export function inserting(parts: Parts, user: UserRecord, reuseName = false): readonly Change[] {
  return [{ do: 'insert user', user }, ...(reuseName ? [] : [requiringFree(parts, [user])])]
}

/** Refuses a password by its length alone, which costs nothing. */
function judgePasswordLength(parts: Parts, password: string): AuthError | undefined {
  const code = judgeLength(asMeasured(password), parts.policy.passwordMin)
  return code && new AuthError(code, { field: 'password' })
}

/** Refuses a password that must not be chosen; undefined when it may be. Refusals: those of `PASSWORD_REFUSALS`, `server.busy`. */
export async function judgePassword(
  parts: Parts,
  password: string,
  about: readonly string[],
  signal?: CallerSignal,
): Promise<AuthError | undefined> {
  const unfit = judgePasswordLength(parts, password)
  if (unfit) return unfit
  const strength = await parts.estimator.estimate(password, contextWords(['latchkey', parts.policy.issuer, ...about]), signal)
  if (strength === undefined) return new AuthError('server.busy', { retryAfter: 1 })
  const code = judgeStrength(strength)
  return code && new AuthError(code, { field: 'password' })
}
