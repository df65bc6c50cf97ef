// What all ways of beginning a lineage share: what was sent along ends, the new lineage begins, one write.

import type { Delivery } from '../domain/credential.ts'
import { evaluateDevice } from '../domain/device-binding.ts'
import { EMPTY_DATA } from '../domain/session-data.ts'
import type { UserRecord } from '../domain/user.ts'
import type { Change } from '../ports/store.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { proofValidUntil } from './dbsc-proofs.ts'
import { auditEvent, issueRememberMe, issueSession, type SignInResult, signInResult } from './issue.ts'

export interface SignInOptions {
  readonly remember: boolean
  readonly delivery: Delivery
  /** What the session's data begins with, as JSON text. */
  readonly data?: string
}

/** Nobody typed one, so nothing that asks for a fresh sign-in is open. */
const NO_PASSWORD = { amr: [], authTime: 0 } as const

/** Credentials that came with the request: a sign-in ends their lineage, so that none is left behind unseen. */
export interface PresentedAtSignIn {
  readonly sessions: readonly string[]
  readonly rememberMe: readonly string[]
  /** The device proof beside them. */
  readonly proof?: string | undefined
}

/**
 * Lands `first` together with a new lineage for the user. Undefined when one of `first` was refused: then nothing landed.
 */
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
 * Ends the lineages of genuine credentials only: an id is public, and naming one must not sign anybody out. Nor must a copy without the
 * device, unless it is the same user who signs in: then the device may be a new one.
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
    const shown = evaluateDevice(found, proofValidUntil(context, found, presented.proof), now, context.policy.deviceBinding)
    const isCopy = !shown.ok && shown.reason !== 'unbound'
    if (!isCopy || found.userId === user.id) lineages.set(found.lineage, found.userId)
  }
  return [...lineages].flatMap(([lineage, userId]): Change[] => [
    { do: 'revoke credentials', where: { lineage }, reason: 'revoked', at: now },
    auditEvent(context, clientInfo, { userId, action: 'session.revoke', detail: { by: 'login' } }, now),
  ])
}
