// Creating a user who chooses a password, and signing them in.

import { AuthError } from '../domain/errors.ts'
import { judgeLength, judgeStrength } from '../domain/password.ts'
import { type UserRecord, usernameKey } from '../domain/user.ts'
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
): Promise<SignedIn | AuthError> {
  const user = await prepareUser(parts, { ...input, roles: [] })
  if (user instanceof AuthError) return user
  const begun = await beginLineage(parts, user, input, whence, sentAlong, 'account.register', [{ do: 'insert user', user }])
  return begun ?? new AuthError('username.taken')
}

/** The record of a new user, checked and hashed, not yet stored. */
export async function prepareUser(parts: Parts, input: NewUser): Promise<UserRecord | AuthError> {
  const key = usernameKey(input.username)
  if (key === undefined) return new AuthError('username.invalid', { field: 'username' })
  const refusal = await judgePassword(parts, input.password, [key, input.email ?? ''])
  if (refusal) return refusal
  // Asked before hashing to spare the work; the insert decides.
  if (await parts.store.users.findByUsernameKey(key)) return new AuthError('username.taken', { field: 'username' })
  const passwordHash = await parts.hasher.hash(input.password)
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

/** Refuses a password that must not be chosen; undefined when it may be. */
export async function judgePassword(parts: Parts, password: string, about: readonly string[]): Promise<AuthError | undefined> {
  const site = parts.policy.issuer.split(/[^\p{L}\p{N}]+/u)
  const code =
    judgeLength(password.normalize('NFC'), parts.policy.passwordMin) ??
    judgeStrength(
      await parts.estimator.estimate(
        password,
        ['latchkey', ...site, ...about].filter((word) => word.length > 2),
      ),
    )
  return code && new AuthError(code, { field: 'password' })
}
