// The user's own account: change the password, delete the account. Both require the current password, so they need no fresh session.

import { AuthError } from '../domain/errors.ts'
import { isTooLong } from '../domain/password.ts'
import type { UserRecord } from '../domain/user.ts'
import type { CallerSignal } from '../ports/caller-signal.ts'
import type { Change } from '../ports/store.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { auditEvent, issueSession, type SignInResult, signInResult } from './issue-credentials.ts'
import { isFirstLimit, type VerifiedUser, verifyPassword } from './login.ts'
import { consumeAttempt, networksAfterSignIn } from './login-throttle.ts'
import type { Principal } from './principal.ts'
import { checkPassword } from './register.ts'
import { reserveName } from './reserved-names.ts'
import { getSessionRecord } from './session-view.ts'

/** The current password of a signed-in user, and the known-device cookie, if any: see `consumeAttempt`. */
export interface PasswordConfirmation {
  readonly password: string
  readonly knownDevice: string | undefined
}

/**
 * Changes the password: renews this session with its data and revokes every other credential of the user. Refusals: `credentials.invalid`,
 * `rate.limited`, `server.busy`, those of `checkPassword`, `session.required`.
 *
 * @throws StoreError
 */
export async function changePassword(
  context: EngineContext,
  principal: Principal,
  current: PasswordConfirmation,
  next: string,
  clientInfo: ClientInfo,
  signal?: CallerSignal,
): Promise<SignInResult | AuthError> {
  const verified = await confirmPassword(context, principal, current, clientInfo, 'password.change', signal)
  if (verified instanceof AuthError) return verified
  const { user } = verified
  const tooMany = context.signInLimiter.consume(user.id, context.clock.now())
  if (tooMany) return tooMany
  const refusal = await checkPassword(context, next, [user.usernameKey, user.email ?? ''], signal)
  if (refusal) return refusal.detail.field === undefined ? refusal : new AuthError(refusal.code, { ...refusal.detail, field: 'next' })
  const passwordHash = await context.hasher.hash(next, signal)
  if (passwordHash === undefined) return new AuthError('server.busy', { retryAfter: 1 })

  const old = await getSessionRecord(context, principal)
  if (old instanceof AuthError) return old
  const now = context.clock.now()
  const session = issueSession(
    context,
    user,
    {
      ...clientInfo,
      startedBy: null,
      amr: ['pwd'],
      authTime: now,
      delivery: old.delivery,
      data: old.data,
      dataVersion: old.dataVersion,
    },
    now,
  )
  // Recent networks may be those of an attacker who knew the old password.
  const recentNetworks = networksAfterSignIn(context, { ...user, recentNetworks: [] }, clientInfo, now) ?? []
  const written = await context.store.write([
    { do: 'replace user', next: { ...user, passwordHash, recentNetworks, version: user.version + 1 }, ifVersion: user.version },
    { do: 'require credential', id: old.id },
    { do: 'revoke credentials', where: { userId: user.id, except: [] }, reason: 'revoked', at: now },
    { do: 'insert credential', record: session.record },
    auditEvent(context, clientInfo, { userId: user.id, action: 'password.change', sessionId: session.record.id }, now),
  ])
  if (!written.committed) return new AuthError('credentials.invalid')
  context.revocationFeed.recordRevoked(written.ended, now)
  return signInResult(context, session, undefined, now)
}

/**
 * Deletes the user, their credentials and their audit events. Refusals: `credentials.invalid`, `rate.limited`, `server.busy`.
 *
 * @throws StoreError
 */
export async function deleteAccount(
  context: EngineContext,
  principal: Principal,
  password: PasswordConfirmation,
  clientInfo: ClientInfo,
  signal?: CallerSignal,
): Promise<AuthError | undefined> {
  const verified = await confirmPassword(context, principal, password, clientInfo, 'account.delete', signal)
  if (verified instanceof AuthError) return verified
  const now = context.clock.now()
  const written = await context.store.write([
    { do: 'require user', id: verified.user.id, version: verified.user.version },
    { do: 'require credential', id: principal.sid },
    ...deletionChanges(context, verified.user, now),
  ])
  if (!written.committed) return new AuthError('credentials.invalid')
  context.revocationFeed.recordRevoked(written.ended, now)
  return undefined
}

export function deletionChanges(context: EngineContext, user: UserRecord, at: number): readonly Change[] {
  return [
    { do: 'revoke credentials', where: { userId: user.id, except: [] }, reason: 'revoked', at },
    { do: 'delete user', id: user.id },
    reserveName(context, user),
  ]
}

/** Verifies the current password; counts against the same limits as a sign-in. */
async function confirmPassword(
  context: EngineContext,
  principal: Principal,
  { password, knownDevice }: PasswordConfirmation,
  clientInfo: ClientInfo,
  action: 'password.change' | 'account.delete',
  signal: CallerSignal | undefined,
): Promise<VerifiedUser | AuthError> {
  const user = await context.store.users.find(principal.userId)
  const consumed = await consumeAttempt(context, { name: user?.usernameKey ?? principal.userId, user }, clientInfo, knownDevice)
  const recordAttempt = async (outcome: 'failure' | 'rate_limited') => {
    const attempt = { userId: principal.userId, action, outcome, sessionId: principal.sid }
    await context.store.write([auditEvent(context, clientInfo, attempt, context.clock.now())])
  }
  if (consumed instanceof AuthError) {
    if (user && (await isFirstLimit(context, user))) await recordAttempt('rate_limited')
    return consumed
  }
  const verified = await verifyPassword(context, user, password, signal)
  if (!('error' in verified)) {
    await consumed.refund()
    return verified
  }
  if (isTooLong(password)) await consumed.refund()
  else if (user) await recordAttempt('failure')
  await verified.readyToRespond
  return verified.error
}
