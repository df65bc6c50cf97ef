// Creating a user who chooses a password, and signing them in.

import { AuthError } from '../domain/errors.ts'
import { findUsernameFault, isReservedUsername } from '../domain/new-username.ts'
import { canonicalPassword, judgeLength, judgeStrength, MAX_CHARACTERS } from '../domain/password.ts'
import { type UserRecord, usernameKey } from '../domain/user.ts'
import type { CallerSignal } from '../ports/caller.ts'
import type { SignedIn } from './issue.ts'
import type { Parts, Whence } from './parts.ts'
import { beginLineage, type SentAlong, type SignInWish } from './sign-in.ts'

export interface NewUser {
  readonly username: string
  readonly password: string
  readonly email: string | null
  readonly roles: readonly string[]
}

/**
 * Refusals: `username.invalid`, `username.taken`, `password.too_short`, `password.too_long`, `password.too_common`,
 * `password.too_weak`, `busy`.
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
  const user = await prepareUser(parts, { ...input, roles: [] }, 'public', signal)
  if (user instanceof AuthError) return user
  const begun = await beginLineage(parts, user, input, whence, sentAlong, 'account.register', [{ do: 'insert user', user }])
  return begun ?? new AuthError('username.taken', { field: 'username' })
}

/** The record of a new user, checked and hashed, not yet stored. Operators and administrators may give reserved names. */
export async function prepareUser(
  parts: Parts,
  input: NewUser,
  by: 'public' | 'operator',
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
  if (await parts.store.users.findByUsernameKey(key)) return new AuthError('username.taken', { field: 'username' })
  const refusal = await judgePassword(parts, input.password, [key, input.email ?? ''], signal)
  if (refusal) return refusal
  const passwordHash = await parts.hasher.hash(input.password, signal)
  if (passwordHash === undefined) return new AuthError('busy', { retryAfter: 1 })
  return {
    code: `usr_${parts.secrets.randomId()}`,
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

/** More than any decomposition of the longest password takes. */
const MAX_DECOMPOSED = 8 * MAX_CHARACTERS

/**
 * The form of a password whose length counts: the one that is compared. What is too long in any form stays as it is, since
 * the time to normalise marks in disorder grows with the square of their number.
 */
export function asMeasured(password: string): string {
  return password.length > MAX_DECOMPOSED ? password : canonicalPassword(password)
}

/** Refuses a password by its length alone, which costs nothing. */
function judgePasswordLength(parts: Parts, password: string): AuthError | undefined {
  const code = judgeLength(asMeasured(password), parts.policy.passwordMin)
  return code && new AuthError(code, { field: 'password' })
}

/** Refuses a password that must not be chosen; undefined when it may be. Refusals: those of `PASSWORD_REFUSALS`, `busy`. */
export async function judgePassword(
  parts: Parts,
  password: string,
  about: readonly string[],
  signal?: CallerSignal,
): Promise<AuthError | undefined> {
  const unfit = judgePasswordLength(parts, password)
  if (unfit) return unfit
  const strength = await parts.estimator.estimate(password, contextOf([parts.policy.issuer, ...about]), signal)
  if (strength === undefined) return new AuthError('busy', { retryAfter: 1 })
  const code = judgeStrength(strength)
  return code && new AuthError(code, { field: 'password' })
}

/** What a guesser would try first: names as a whole and their parts. */
function contextOf(names: readonly string[]): readonly string[] {
  const all = ['latchkey', ...names.flatMap((name) => [...name.split(/[^\p{L}\p{N}]+/u), name])]
  return all.filter((word) => word.length > 2)
}
