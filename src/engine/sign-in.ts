// What all ways of beginning a lineage share: what was sent along ends, the new lineage begins, one write.

import type { Delivery } from '../domain/credential.ts'
import { judgeDevice } from '../domain/device-binding.ts'
import { EMPTY_DATA } from '../domain/session-data.ts'
import type { UserRecord } from '../domain/user.ts'
import type { Change } from '../ports/store.ts'
import { provenUntil } from './device-proofs.ts'
import { issueRemembered, issueSession, auditEvent, type SignedIn, signedIn } from './issue.ts'
import type { Parts, Whence } from './parts.ts'

export interface SignInWish {
  readonly remember: boolean
  readonly delivery: Delivery
  /** What the session's data begins with, as JSON text. */
  readonly data?: string
}

/** Nobody typed one, so nothing that asks for a fresh sign-in is open. */
const NO_PASSWORD = { amr: [], authTime: 0 } as const

/** Credentials that came with the request: a sign-in ends their lineage, so that none is left behind unseen. */
export interface SentAlong {
  readonly sessions: readonly string[]
  readonly rememberMe: readonly string[]
  /** The device proof beside them. */
  readonly proof?: string | undefined
}

/**
 * Lands `first` together with a new lineage for the user. Undefined when one of `first` was refused: then nothing landed.
 */
export async function beginLineage(
  parts: Parts,
  user: UserRecord,
  wish: SignInWish,
  whence: Whence,
  sentAlong: SentAlong,
  action: 'login.password' | 'account.register' | 'login.external',
  first: readonly Change[],
): Promise<SignedIn | undefined> {
  const now = parts.clock.now()
  const shown = action === 'login.external' ? NO_PASSWORD : ({ amr: ['pwd'], authTime: now } as const)
  const remembered = wish.remember ? issueRemembered(parts, user, { ...whence, authTime: shown.authTime }, now) : undefined
  const session = issueSession(
    parts,
    user,
    { ...whence, ...shown, startedBy: remembered?.record ?? null, delivery: wish.delivery, data: wish.data ?? EMPTY_DATA },
    now,
  )
  const written = await parts.store.write([
    ...first,
    ...(await endingsOf(parts, user, sentAlong, whence, now)),
    ...(remembered ? [{ do: 'insert credential', record: remembered.record } as const] : []),
    { do: 'insert credential', record: session.record },
    auditEvent(parts, whence, { userId: user.id, action, sessionId: session.record.id, detail: { remember: wish.remember } }, now),
  ])
  if (!written.landed) return undefined
  parts.endings.noteEnded(written.ended, now)
  return signedIn(parts, session, remembered && { secret: remembered.secret, expiresAt: remembered.record.expiresAt }, now)
}

/**
 * Ends the lineages of genuine credentials only: an id is public, and naming one must not sign anybody out. Nor must a copy without the
 * device, unless it is the same user who signs in: then the device may be a new one.
 */
async function endingsOf(parts: Parts, user: UserRecord, sentAlong: SentAlong, whence: Whence, now: number): Promise<readonly Change[]> {
  const opened = [
    ...sentAlong.sessions.map((session) => parts.secrets.open('session', session)),
    ...sentAlong.rememberMe.map((login) => parts.secrets.open('remember_me', login)),
  ]
  const lineages = new Map<string, string>()
  for (const credential of opened) {
    const found = credential && (await parts.store.credentials.find(credential.id))
    if (found === undefined || found.kind !== credential?.kind) continue
    const shown = judgeDevice(found, provenUntil(parts, found, sentAlong.proof), now, parts.policy.deviceBinding)
    const isCopy = !shown.ok && shown.because !== 'unbound'
    if (!isCopy || found.userId === user.id) lineages.set(found.lineage, found.userId)
  }
  return [...lineages].flatMap(([lineage, userId]): Change[] => [
    { do: 'end credentials', where: { lineage }, reason: 'revoked', at: now },
    auditEvent(parts, whence, { userId, action: 'session.revoke', detail: { by: 'login' } }, now),
  ])
}
