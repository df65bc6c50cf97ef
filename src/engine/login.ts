// Sign-in with username and password. Unknown user, disabled user and wrong password get the same response, at the same cost.

import { AuthError } from '../domain/errors.ts'
import { isTooLong } from '../domain/password.ts'
import { COUNTER_KINDS } from '../domain/persisted-names.ts'
import { type UserRecord, usernameKey } from '../domain/user.ts'
import type { CallerSignal } from '../ports/caller-signal.ts'
import type { Change } from '../ports/store.ts'
import { type ClientInfo, type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import { recordUnseenHash } from './hash-survey.ts'
import { auditEvent, type SignInResult } from './issue-credentials.ts'
import { consumeAttempt, networksAfterSignIn } from './login-throttle.ts'
import { createSignIn, type PresentedAtSignIn, type SignInOptions } from './sign-in.ts'

export interface LoginInput extends SignInOptions {
  readonly username: string
  readonly password: string
  /** The known-device cookie, if any: attempts by other clients do not lock this device out. */
  readonly knownDevice: string | undefined
}

/**
 * Verifies the password and starts a new lineage; revokes the lineages of genuine credentials in the request. Refusals:
 * `credentials.invalid`, `rate.limited` with seconds to wait, `server.busy`.
 *
 * @throws StoreError
 */
export async function login(
  context: EngineContext,
  input: LoginInput,
  clientInfo: ClientInfo,
  presented: PresentedAtSignIn,
  signal?: CallerSignal,
): Promise<SignInResult | AuthError> {
  const key = usernameKey(input.username)
  const user = key === undefined ? undefined : await context.store.users.findByUsernameKey(key)
  const consumed = await consumeAttempt(context, { name: key ?? input.username, user }, clientInfo, input.knownDevice)
  if (consumed instanceof AuthError) {
    if (user && (await isFirstLimit(context, user))) await recordLogin(context, user, clientInfo, 'rate_limited')
    return consumed
  }
  const verified = await verifyPassword(context, user, input.password, signal)
  if (verified instanceof AuthError) {
    await consumed.refund()
    return verified
  }
  if ('error' in verified) {
    if (isTooLong(input.password)) await consumed.refund()
    else if (user) await recordLogin(context, user, clientInfo, 'failure')
    await verified.readyToRespond
    return verified.error
  }
  await consumed.refund()
  const tooMany = context.signInLimiter.consume(verified.user.id, context.clock.now())
  if (tooMany) return tooMany
  return signInVerified(context, verified, input, clientInfo, presented)
}

export interface VerifiedUser {
  readonly user: UserRecord
  /** A hash of the current cost, when the stored one is legacy or has older parameters. */
  readonly renewedHash: string | undefined
}

/** A password that did not match. */
export interface FailedVerification {
  readonly error: AuthError
  /** Resolves when the response may be sent: after the same time for every user. Other work can go on meanwhile. */
  readonly readyToRespond: Promise<void>
}

/**
 * Compares the password; costs one hash whatever the outcome. A password that is too long costs nothing, for any user. Refusal:
 * `server.busy`.
 */
export async function verifyPassword(
  context: EngineContext,
  user: UserRecord | undefined,
  password: string,
  signal?: CallerSignal,
): Promise<VerifiedUser | FailedVerification | AuthError> {
  if (context.refusalTiming.isOverloaded) return new AuthError('server.busy', { retryAfter: 1 })
  const usable = user !== undefined && !user.disabled
  let startedAt = context.clock.now()
  const verification = await context.hasher.verify(usable ? user.passwordHash : null, password, signal, () => {
    startedAt = context.clock.now()
  })
  if (verification === undefined) return new AuthError('server.busy', { retryAfter: 1 })
  if (usable && verification.ok)
    return { user, renewedHash: verification.needsRehash ? await context.hasher.hash(password, signal) : undefined }
  const error = new AuthError('credentials.invalid')
  if (isTooLong(password)) return { error, readyToRespond: Promise.resolve() }
  if (usable) recordUnseenHash(context, user.passwordHash)
  return { error, readyToRespond: context.refusalTiming.waitUntilDue(password, context.clock.now() - startedAt, signal) }
}

async function signInVerified(
  context: EngineContext,
  { user, renewedHash }: VerifiedUser,
  input: LoginInput,
  clientInfo: ClientInfo,
  presented: PresentedAtSignIn,
): Promise<SignInResult | AuthError> {
  let current = user
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    const guard = userUpdateAfterSignIn(current, renewedHash, networksAfterSignIn(context, current, clientInfo, context.clock.now()))
    const result = await createSignIn(context, current, input, clientInfo, presented, 'login.password', [guard])
    if (result) return result
    const again = await context.store.users.find(user.id)
    // The verified password is no longer the stored one: it was changed, or the user disabled, at this very moment.
    if (again === undefined || again.disabled || again.passwordHash !== user.passwordHash) return new AuthError('credentials.invalid')
    current = again
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

/** The change that a sign-in makes to the user record, or the version that it requires. */
function userUpdateAfterSignIn(user: UserRecord, renewedHash: string | undefined, recentNetworks: UserRecord['recentNetworks']): Change {
  const { id, version } = user
  if (renewedHash === undefined && recentNetworks === undefined) return { do: 'require user', id, version }
  const changed = { ...(renewedHash !== undefined && { passwordHash: renewedHash }), ...(recentNetworks && { recentNetworks }) }
  return { do: 'replace user', next: { ...user, ...changed, version: version + 1 }, ifVersion: version }
}

/** True once per window: one audit event is enough, and attackers must not make the audit log grow. */
export async function isFirstLimit(context: EngineContext, user: UserRecord): Promise<boolean> {
  const once = { points: 1, window: context.policy.loginLimits.perUser.window }
  return (await context.store.limits.take(`${COUNTER_KINDS.recordedLimit}:${user.id}`, once, context.clock.now())).taken === 1
}

async function recordLogin(
  context: EngineContext,
  user: UserRecord,
  clientInfo: ClientInfo,
  outcome: 'failure' | 'rate_limited',
): Promise<void> {
  await context.store.write([auditEvent(context, clientInfo, { userId: user.id, action: 'login.password', outcome }, context.clock.now())])
}
