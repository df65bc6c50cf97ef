// The user's own account: changing the password, deleting everything. Both carry the password, and so are fresh by themselves.

import { AuthError } from '../domain/errors.ts'
import { isTooLong } from '../domain/password.ts'
import type { UserRecord } from '../domain/user.ts'
import type { CallerSignal } from '../ports/caller.ts'
import type { Change } from '../ports/store.ts'
import { readSession } from './describe.ts'
import { networksAfterSignIn, takeGuess } from './guesses.ts'
import { issueSession, auditEvent, type SignedIn, signedIn } from './issue.ts'
import { guessesRanOut, type VerifiedUser, verifyPassword } from './login.ts'
import type { Parts, Whence } from './parts.ts'
import type { Principal } from './principal.ts'
import { judgePassword } from './register.ts'
import { reserving } from './reserved-names.ts'

/** A password typed by somebody who is signed in, and the mark of their device, if it has one: see `takeGuess`. */
export interface TypedPassword {
  readonly password: string
  readonly knownDevice: string | undefined
}

/**
 * Changes the password: this session is renewed with its data, every other credential of the user ends.
 * Refusals: `credentials.invalid`, `rate.limited`, `server.busy`, those of `judgePassword`, `session.required`.
 *
 * @throws StoreError
 */
export async function changePassword(
  parts: Parts,
  principal: Principal,
  current: TypedPassword,
  next: string,
  whence: Whence,
  signal?: CallerSignal,
): Promise<SignedIn | AuthError> {
  const verified = await confirmPassword(parts, principal, current, whence, 'password.change', signal)
  if (verified instanceof AuthError) return verified
  const { user } = verified
  const tooMany = parts.signInCounts.take(user.id, parts.clock.now())
  if (tooMany) return tooMany
  const refusal = await judgePassword(parts, next, [user.usernameKey, user.email ?? ''], signal)
  if (refusal) return refusal.detail.field === undefined ? refusal : new AuthError(refusal.code, { ...refusal.detail, field: 'next' })
  const passwordHash = await parts.hasher.hash(next, signal)
  if (passwordHash === undefined) return new AuthError('server.busy', { retryAfter: 1 })

  const old = await readSession(parts, principal)
  if (old instanceof AuthError) return old
  const now = parts.clock.now()
  const session = issueSession(
    parts,
    user,
    {
      ...whence,
      startedBy: null,
      amr: ['pwd'],
      authTime: now,
      delivery: old.delivery,
      data: old.data,
      dataVersion: old.dataVersion,
    },
    now,
  )
  // The other networks were of whoever knew the old password.
  const recentNetworks = networksAfterSignIn(parts, { ...user, recentNetworks: [] }, whence, now) ?? []
  const written = await parts.store.write([
    { do: 'replace user', next: { ...user, passwordHash, recentNetworks, version: user.version + 1 }, ifVersion: user.version },
    { do: 'require credential', id: old.id },
    { do: 'end credentials', where: { userId: user.id, except: [] }, reason: 'revoked', at: now },
    { do: 'insert credential', record: session.record },
    auditEvent(parts, whence, { userId: user.id, action: 'password.change', sessionId: session.record.id }, now),
  ])
  if (!written.landed) return new AuthError('credentials.invalid')
  parts.endings.noteEnded(written.ended, now)
  return signedIn(parts, session, undefined, now)
}

/**
 * Deletes the user, their credentials and their operations.
 * Refusals: `credentials.invalid`, `rate.limited`, `server.busy`.
 *
 * @throws StoreError
 */
export async function deleteAccount(
  parts: Parts,
  principal: Principal,
  password: TypedPassword,
  whence: Whence,
  signal?: CallerSignal,
): Promise<AuthError | undefined> {
  const verified = await confirmPassword(parts, principal, password, whence, 'account.delete', signal)
  if (verified instanceof AuthError) return verified
  const now = parts.clock.now()
  const written = await parts.store.write([
    { do: 'require user', id: verified.user.id, version: verified.user.version },
    { do: 'require credential', id: principal.sid },
    ...deletionOf(parts, verified.user, now),
  ])
  if (!written.landed) return new AuthError('credentials.invalid')
  parts.endings.noteEnded(written.ended, now)
  return undefined
}

export function deletionOf(parts: Parts, user: UserRecord, at: number): readonly Change[] {
  return [
    { do: 'end credentials', where: { userId: user.id, except: [] }, reason: 'revoked', at },
    { do: 'delete user', id: user.id },
    reserving(parts, user),
  ]
}

/** A guess like any other: it counts against the same limits as a sign-in. */
async function confirmPassword(
  parts: Parts,
  principal: Principal,
  { password, knownDevice }: TypedPassword,
  whence: Whence,
  action: 'password.change' | 'account.delete',
  signal: CallerSignal | undefined,
): Promise<VerifiedUser | AuthError> {
  const user = await parts.store.users.find(principal.userId)
  const guess = await takeGuess(parts, { name: user?.usernameKey ?? principal.userId, user }, whence, knownDevice)
  const record = async (outcome: 'failure' | 'rate_limited') => {
    const attempt = { userId: principal.userId, action, outcome, sessionId: principal.sid }
    await parts.store.write([auditEvent(parts, whence, attempt, parts.clock.now())])
  }
  if (guess instanceof AuthError) {
    if (user && (await guessesRanOut(parts, user))) await record('rate_limited')
    return guess
  }
  const verified = await verifyPassword(parts, user, password, signal)
  if (!('refused' in verified)) {
    await guess.giveBack()
    return verified
  }
  if (isTooLong(password)) await guess.giveBack()
  else if (user) await record('failure')
  await verified.settled
  return verified.refused
}
