// Creates a sign-in, common to all ways of signing in: revokes the presented lineages and starts a new one, in one write.

import type { Delivery } from '../domain/credential.ts'
import { evaluateDevice } from '../domain/device-binding.ts'
import { EMPTY_DATA } from '../domain/session-data.ts'
import type { UserRecord } from '../domain/user.ts'
import type { Change } from '../ports/store.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { proofValidUntil } from './dbsc-proofs.ts'
import { auditEvent, issueRememberMe, issueSession, type SignInResult, signInResult } from './issue-credentials.ts'

export interface SignInOptions {
  readonly remember: boolean
  readonly delivery: Delivery
  /** The initial session data, as JSON text. */
  readonly data?: string
}

/** No password was entered, so the session is never fresh. */
const NO_PASSWORD = { amr: [], authTime: 0 } as const

/** Credentials in the request: a sign-in revokes their lineages, so that none remains unnoticed. */
export interface PresentedAtSignIn {
  readonly sessions: readonly string[]
  readonly rememberMe: readonly string[]
  /** The device proof in the request. */
  readonly proof?: string | undefined
}

/** Writes `preconditions` together with a new lineage. Undefined when the write was rejected: then nothing was committed. */
export async function createSignIn(
  context: EngineContext,
  user: UserRecord,
  options: SignInOptions,
  clientInfo: ClientInfo,
  presented: PresentedAtSignIn,
  action: 'login.password' | 'account.register' | 'login.external',
  preconditions: readonly Change[],
): Promise<SignInResult | undefined> {
  const now = context.clock.now()
  const authentication = action === 'login.external' ? NO_PASSWORD : ({ amr: ['pwd'], authTime: now } as const)
  const rememberMe = options.remember
    ? issueRememberMe(context, user, { ...clientInfo, authTime: authentication.authTime }, now)
    : undefined
  const session = issueSession(
    context,
    user,
    {
      ...clientInfo,
      ...authentication,
      startedBy: rememberMe?.record ?? null,
      delivery: options.delivery,
      data: options.data ?? EMPTY_DATA,
    },
    now,
  )
  const written = await context.store.write([
    ...preconditions,
    ...(await revocationsOf(context, user, presented, clientInfo, now)),
    ...(rememberMe ? [{ do: 'insert credential', record: rememberMe.record } as const] : []),
    { do: 'insert credential', record: session.record },
    auditEvent(context, clientInfo, { userId: user.id, action, sessionId: session.record.id, detail: { remember: options.remember } }, now),
  ])
  if (!written.committed) return undefined
  context.revocationFeed.recordRevoked(written.ended, now)
  return signInResult(context, session, rememberMe && { secret: rememberMe.secret, expiresAt: rememberMe.record.expiresAt }, now)
}

/**
 * Revokes the lineages of genuine credentials only: ids are public, so an id alone must not sign a user out. Nor may a copy without its
 * device, unless the same user signs in: then the device may be a new one.
 */
async function revocationsOf(
  context: EngineContext,
  user: UserRecord,
  presented: PresentedAtSignIn,
  clientInfo: ClientInfo,
  now: number,
): Promise<readonly Change[]> {
  const opened = [
    ...presented.sessions.map((session) => context.secrets.open('session', session)),
    ...presented.rememberMe.map((login) => context.secrets.open('remember_me', login)),
  ]
  const lineages = new Map<string, string>()
  for (const credential of opened) {
    const found = credential && (await context.store.credentials.find(credential.id))
    if (found === undefined || found.kind !== credential?.kind) continue
    const device = evaluateDevice(found, proofValidUntil(context, found, presented.proof), now, context.policy.deviceBinding)
    const isCopy = !device.ok && device.reason !== 'unbound'
    if (!isCopy || found.userId === user.id) lineages.set(found.lineage, found.userId)
  }
  return [...lineages].flatMap(([lineage, userId]): Change[] => [
    { do: 'revoke credentials', where: { lineage }, reason: 'revoked', at: now },
    auditEvent(context, clientInfo, { userId, action: 'session.revoke', detail: { by: 'login' } }, now),
  ])
}
