// Registration: creates a user with a password, and signs them in.

import { AuthError } from '../domain/errors.ts'
import { contextWords } from '../domain/guessing/bounds.ts'
import { networkCounters } from '../domain/limits.ts'
import { checkNewUsername, isReservedUsername } from '../domain/new-username.ts'
import { checkLength, checkStrength, normalizePassword } from '../domain/password.ts'
import { COUNTER_KINDS, USER_ID_PREFIX } from '../domain/persisted-names.ts'
import { type UserRecord, usernameKey } from '../domain/user.ts'
import type { CallerSignal } from '../ports/caller-signal.ts'
import type { Change } from '../ports/store.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import type { SignInResult } from './issue-credentials.ts'
import { consumePoints } from './limit-points.ts'
import { networksAfterSignIn } from './login-throttle.ts'
import { isReserved, requireFreeNames } from './reserved-names.ts'
import { createSignIn, type PresentedAtSignIn, type SignInOptions } from './sign-in.ts'

export interface NewUser {
  readonly username: string
  readonly password: string
  readonly email: string | null
  readonly roles: readonly string[]
}

/**
 * Takes a point from the client's networks, whatever the outcome, because the response reveals which usernames exist. Without a client
 * address (a library call) nothing is counted.
 *
 * Refusals: `rate.limited` with seconds to wait, `username.invalid`, `username.taken`, `password.too_short`, `password.too_long`,
 * `password.too_common`, `password.too_weak`, `server.busy`.
 *
 * @throws StoreError
 */
export async function register(
  context: EngineContext,
  input: Omit<NewUser, 'roles'> & SignInOptions,
  clientInfo: ClientInfo,
  presented: PresentedAtSignIn,
  signal?: CallerSignal,
): Promise<SignInResult | AuthError> {
  const counted = await consumePoints(context, networkCounters(COUNTER_KINDS.register, clientInfo.ip, context.policy.registrationLimit))
  if (counted instanceof AuthError) return counted
  const prepared = await createUserRecord(context, { ...input, roles: [] }, 'public', signal)
  if (prepared instanceof AuthError) return prepared
  const recentNetworks = networksAfterSignIn(context, prepared, clientInfo, prepared.createdAt)
  const user = recentNetworks === undefined ? prepared : { ...prepared, recentNetworks }
  const result = await createSignIn(context, user, input, clientInfo, presented, 'account.register', insertUserChanges(context, user))
  return result ?? new AuthError('username.taken', { field: 'username' })
}

/** The record of a new user, validated and hashed, not yet stored. Operators and administrators may assign reserved usernames. */
export async function createUserRecord(
  context: EngineContext,
  input: NewUser,
  by: 'public' | 'operator' | 'operator_reusing_name',
  signal?: CallerSignal,
): Promise<UserRecord | AuthError> {
  const violation = checkNewUsername(input.username)
  const key = usernameKey(input.username)
  if (violation !== undefined || key === undefined)
    return new AuthError('username.invalid', { field: 'username', reason: violation ?? 'characters' })
  const lengthError = checkPasswordLength(context, input.password)
  if (lengthError) return lengthError
  // `username.taken`, because such a username meets the rules in the message of `username.invalid`.
  if (by === 'public' && isReservedUsername(input.username)) return new AuthError('username.taken', { field: 'username' })
  // Checked first to save the expensive work; the insert decides.
  const isTaken = (await context.store.users.findByUsernameKey(key)) !== undefined
  if (isTaken || (by !== 'operator_reusing_name' && (await isReserved(context, { usernameKey: key }))))
    return new AuthError('username.taken', { field: 'username' })
  const refusal = await checkPassword(context, input.password, [key, input.email ?? ''], signal)
  if (refusal) return refusal
  const passwordHash = await context.hasher.hash(input.password, signal)
  if (passwordHash === undefined) return new AuthError('server.busy', { retryAfter: 1 })
  return {
    id: `${USER_ID_PREFIX}${context.secrets.randomId()}`,
    username: input.username,
    usernameKey: key,
    email: input.email,
    passwordHash,
    roles: input.roles,
    disabled: false,
    createdAt: context.clock.now(),
    version: 1,
  }
}

/** Inserts a new user; rejected when the username is taken, or belonged to a deleted user. */
export function insertUserChanges(context: EngineContext, user: UserRecord, reuseName = false): readonly Change[] {
  return [{ do: 'insert user', user }, ...(reuseName ? [] : [requireFreeNames(context, [user])])]
}

/** Checks the length only, which costs nothing. */
function checkPasswordLength(context: EngineContext, password: string): AuthError | undefined {
  const code = checkLength(normalizePassword(password), context.policy.passwordMin)
  return code && new AuthError(code, { field: 'password' })
}

/** Checks a new password; undefined when it is accepted. Refusals: those of `PASSWORD_REFUSALS`, `server.busy`. */
export async function checkPassword(
  context: EngineContext,
  password: string,
  about: readonly string[],
  signal?: CallerSignal,
): Promise<AuthError | undefined> {
  const lengthError = checkPasswordLength(context, password)
  if (lengthError) return lengthError
  const strength = await context.estimator.estimate(password, contextWords(['latchkey', context.policy.issuer, ...about]), signal)
  if (strength === undefined) return new AuthError('server.busy', { retryAfter: 1 })
  const code = checkStrength(strength)
  return code && new AuthError(code, { field: 'password' })
}
