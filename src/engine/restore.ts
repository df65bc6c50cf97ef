// Turning a remembered login into a session: read, judge, write; and again from the start when another tab was first.

import type { PresentedCredential, RememberedRecord } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import type { OwnAction, Severity } from '../domain/operation.ts'
import { isRestoredTooOften, judgeRemembered, type RememberedVerdict, rotated } from '../domain/remembered-login.ts'
import type { JsonObject } from '../domain/session-data.ts'
import { shouldRevokeOnRisk, familyOf, gradeFamilies, NEW_COUNTRY } from '../domain/signals.ts'
import type { UserRecord } from '../domain/user.ts'
import type { Change } from '../ports/store.ts'
import { sessionRequired } from './authenticate.ts'
import { provenUntil, UnprovenDevice } from './device-proofs.ts'
import { issueSession, auditEvent, type SignedIn, signedIn } from './issue.ts'
import { lineageOf } from './lineage.ts'
import { type NewCountry, newCountry } from './new-country.ts'
import { MAX_ATTEMPTS, type Parts, type Whence } from './parts.ts'
import { evidence, recordSignal } from './signals.ts'

/**
 * Starts a session from a presented remembered login and, unless another tab has just done so, rotates it.
 * Refusals: `session.required` with the reason why the login is no longer good; `proof.required` without the device it is bound to;
 * `rate.limited` where it has started too many.
 *
 * @param proof the device proof that came along
 * @throws StoreError
 */
export async function restore(parts: Parts, raw: string, whence: Whence, proof?: string): Promise<SignedIn | AuthError> {
  const presented = parts.secrets.open('remember_me', raw)
  if (presented === undefined) return sessionRequired('unknown')
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const found = await parts.store.credentials.find(presented.id)
    const by = { userAgent: whence.userAgent, provenUntil: found?.kind === 'remember_me' ? provenUntil(parts, found, proof) : undefined }
    const judged = judgeRemembered(found, presented, by, parts.clock.now(), parts.policy)
    if (judged.verdict === 'refuse') return sessionRequired(judged.reason)
    if (judged.verdict !== 'theft' && isRestoredTooOften(judged.login, parts.clock.now()))
      return new AuthError('rate.limited', { retryAfter: 60 })
    if (judged.verdict === 'unproven') return new UnprovenDevice(judged.login, judged.because)
    const user = await parts.store.users.find(judged.login.userId)
    if (user === undefined || user.disabled) return sessionRequired('revoked')
    const { login } = judged
    const elsewhere = await newCountry(parts, login, whence.ip)
    const changed = gradeFamilies(familyOf(login.userAgent), familyOf(whence.userAgent), elsewhere !== undefined)
    const outcome =
      judged.verdict === 'theft'
        ? await endStolen(parts, login, whence, { action: 'login.remember_me', severity: 'alarm' })
        : changed && shouldRevokeOnRisk(changed, parts.policy.revokeOnRisk)
          ? await endStolen(parts, login, whence, { action: 'device.changed', severity: changed, detail: { ...elsewhere } })
          : await startSession(parts, user, judged, presented, whence)
    if (outcome === undefined) continue
    if (!(outcome instanceof AuthError)) await recordUnusual(parts, login, changed, elsewhere, whence)
    return outcome
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

async function startSession(
  parts: Parts,
  user: UserRecord,
  judged: Extract<RememberedVerdict, { verdict: 'rotate' | 'race' }>,
  presented: PresentedCredential,
  whence: Whence,
): Promise<SignedIn | undefined> {
  const now = parts.clock.now()
  const { login } = judged
  const rotates = judged.verdict === 'rotate'
  const session = issueSession(
    parts,
    user,
    {
      ...whence,
      startedBy: login,
      amr: ['remembered'],
      authTime: login.authTime,
      delivery: 'cookie',
      confirmsRotationOf: rotates ? login.id : null,
    },
    now,
  )
  const secret = parts.secrets.issue('remember_me', login.generation + 1, login.id)
  const rotation = { presentedHash: presented.hash, nextHash: secret.hash, rotatedSessionId: session.record.id, at: now, ...whence }
  // Also where nothing rotates: a login that was bound to a device since it was read starts nothing that is not.
  const next = rotates ? rotated(login, rotation) : { ...login, version: login.version + 1 }
  const held: Change = { do: 'replace credential', next, ifVersion: login.version }
  const orphaned = judged.verdict === 'rotate' && judged.answerLost ? await sessionsOf(parts, login) : []
  const written = await parts.store.write([
    { do: 'require user', id: user.id, version: user.version },
    held,
    ...orphaned.map((id) => ({ do: 'end credentials', where: { id }, reason: 'revoked', at: now }) as const),
    { do: 'insert credential', record: session.record },
    auditEvent(
      parts,
      whence,
      { userId: user.id, action: 'login.remember_me', sessionId: session.record.id, detail: { rememberMe: login.id, rotated: rotates } },
      now,
    ),
  ])
  if (!written.landed) return undefined
  parts.endings.noteEnded(written.ended, now)
  return signedIn(parts, session, rotates ? { secret, expiresAt: login.expiresAt } : undefined, now)
}

async function recordUnusual(
  parts: Parts,
  login: RememberedRecord,
  changed: Severity | undefined,
  elsewhere: NewCountry | undefined,
  whence: Whence,
): Promise<void> {
  if (changed === undefined && elsewhere === undefined) return
  const seen = changed
    ? ({ action: 'device.changed', severity: changed } as const)
    : ({ action: 'login.country', severity: NEW_COUNTRY } as const)
  await recordSignal(parts, login, { ...seen, detail: { ...elsewhere } }, whence, login.rotatedAt)
}

async function sessionsOf(parts: Parts, login: RememberedRecord): Promise<readonly string[]> {
  return (await lineageOf(parts, login)).filter(({ kind }) => kind === 'session').map(({ id }) => id)
}

/** Two parties may hold this login. Which of them is the owner cannot be told, so neither keeps it; other devices stay signed in. */
async function endStolen(
  parts: Parts,
  login: RememberedRecord,
  whence: Whence,
  { action, severity, detail: more }: { readonly action: OwnAction; readonly severity: Severity; readonly detail?: JsonObject },
): Promise<AuthError | undefined> {
  const now = parts.clock.now()
  const detail = { ...more, rememberMe: login.id, ...evidence({ ...login, at: login.rotatedAt }, { ...whence, at: now }) }
  const told = auditEvent(parts, whence, { userId: login.userId, action, outcome: 'failure', severity, detail }, now)
  const written = await parts.store.write([
    { do: 'end credentials', where: { lineage: login.lineage }, reason: 'theft_suspected', at: now, orRefuse: true },
    told,
  ])
  if (!written.landed) return undefined
  parts.endings.noteEnded(written.ended, now)
  if (severity === 'alarm') parts.onAlarm(told.event)
  return sessionRequired('theft_suspected')
}
