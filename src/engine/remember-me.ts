// Resumes a session from a remember-me login: read, evaluate, write; start over when a concurrent tab was first.

import type { BuiltInAction, Severity } from '../domain/audit-event.ts'
import type { PresentedCredential, RememberMeRecord } from '../domain/credential.ts'
import { AuthError } from '../domain/errors.ts'
import { evaluateRememberMe, exceedsResumeLimit, type RememberMeEvaluation, rotateRememberMe } from '../domain/remember-me-login.ts'
import { severityOfChange, shouldRevokeOnRisk, UNFAMILIAR_COUNTRY_SEVERITY, userAgentFamily } from '../domain/risk.ts'
import type { JsonObject } from '../domain/session-data.ts'
import type { UserRecord } from '../domain/user.ts'
import type { Change } from '../ports/store.ts'
import { sessionRequired } from './authenticate.ts'
import { type ClientInfo, type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import { DeviceProofRequired, proofValidUntil } from './dbsc-proofs.ts'
import { auditEvent, issueSession, type SignInResult, signInResult } from './issue-credentials.ts'
import { listLineage } from './lineage.ts'
import { recordRiskEvent, riskEvidence } from './risk-events.ts'
import { findUnfamiliarCountry, type UnfamiliarCountry } from './unfamiliar-country.ts'

/**
 * Starts a session from a presented remember-me login and rotates it, unless a concurrent tab has just done so. Refusals:
 * `session.required` with the reason why the login is no longer valid; `proof.required` without its device proof; `rate.limited` when it
 * has started too many sessions.
 *
 * @param proof the device proof that accompanied it
 * @throws StoreError
 */
export async function resumeSession(
  context: EngineContext,
  raw: string,
  clientInfo: ClientInfo,
  proof?: string,
): Promise<SignInResult | AuthError> {
  const presented = context.secrets.open('remember_me', raw)
  if (presented === undefined) return sessionRequired('unknown')
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    const found = await context.store.credentials.find(presented.id)
    const presenter = {
      userAgent: clientInfo.userAgent,
      proofValidUntil: found?.kind === 'remember_me' ? proofValidUntil(context, found, proof) : undefined,
    }
    const evaluation = evaluateRememberMe(found, presented, presenter, context.clock.now(), context.policy)
    if (evaluation.verdict === 'refuse') return sessionRequired(evaluation.reason)
    if (evaluation.verdict !== 'theft_suspected' && exceedsResumeLimit(evaluation.login, context.clock.now()))
      return new AuthError('rate.limited', { retryAfter: 60 })
    if (evaluation.verdict === 'device_proof_missing') return new DeviceProofRequired(evaluation.login, evaluation.reason)
    const user = await context.store.users.find(evaluation.login.userId)
    if (user === undefined || user.disabled) return sessionRequired('revoked')
    const { login } = evaluation
    const unfamiliarCountry = await findUnfamiliarCountry(context, login, clientInfo.ip)
    const changed = severityOfChange(
      userAgentFamily(login.userAgent),
      userAgentFamily(clientInfo.userAgent),
      unfamiliarCountry !== undefined,
    )
    const outcome =
      evaluation.verdict === 'theft_suspected'
        ? await revokeCompromised(context, login, clientInfo, { action: 'login.remember_me', severity: 'alarm' })
        : changed && shouldRevokeOnRisk(changed, context.policy.revokeOnRisk)
          ? await revokeCompromised(context, login, clientInfo, {
              action: 'device.changed',
              severity: changed,
              detail: { ...unfamiliarCountry },
            })
          : await startSession(context, user, evaluation, presented, clientInfo)
    if (outcome === undefined) continue
    if (!(outcome instanceof AuthError)) await recordAnomaly(context, login, changed, unfamiliarCountry, clientInfo)
    return outcome
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}

async function startSession(
  context: EngineContext,
  user: UserRecord,
  evaluation: Extract<RememberMeEvaluation, { verdict: 'rotate' | 'concurrent' }>,
  presented: PresentedCredential,
  clientInfo: ClientInfo,
): Promise<SignInResult | undefined> {
  const now = context.clock.now()
  const { login } = evaluation
  const rotates = evaluation.verdict === 'rotate'
  const session = issueSession(
    context,
    user,
    {
      ...clientInfo,
      startedBy: login,
      amr: ['remembered'],
      authTime: login.authTime,
      delivery: 'cookie',
      confirmsRotationOf: rotates ? login.id : null,
    },
    now,
  )
  const secret = context.secrets.issue('remember_me', login.generation + 1, login.id)
  const rotation = { presentedHash: presented.hash, nextHash: secret.hash, rotatedSessionId: session.record.id, at: now, ...clientInfo }
  // Also without a rotation: if the login was bound to a device meanwhile, an unbound session must not start.
  const next = rotates ? rotateRememberMe(login, rotation) : { ...login, version: login.version + 1 }
  const loginUpdate: Change = { do: 'replace credential', next, ifVersion: login.version }
  const orphaned = evaluation.verdict === 'rotate' && evaluation.responseLost ? await sessionIdsOf(context, login) : []
  const written = await context.store.write([
    { do: 'require user', id: user.id, version: user.version },
    loginUpdate,
    ...orphaned.map((id) => ({ do: 'revoke credentials', where: { id }, reason: 'revoked', at: now }) as const),
    { do: 'insert credential', record: session.record },
    auditEvent(
      context,
      clientInfo,
      { userId: user.id, action: 'login.remember_me', sessionId: session.record.id, detail: { rememberMe: login.id, rotated: rotates } },
      now,
    ),
  ])
  if (!written.committed) return undefined
  context.revocationFeed.recordRevoked(written.ended, now)
  return signInResult(context, session, rotates ? { secret, expiresAt: login.expiresAt } : undefined, now)
}

async function recordAnomaly(
  context: EngineContext,
  login: RememberMeRecord,
  changed: Severity | undefined,
  unfamiliarCountry: UnfamiliarCountry | undefined,
  clientInfo: ClientInfo,
): Promise<void> {
  if (changed === undefined && unfamiliarCountry === undefined) return
  const event = changed
    ? ({ action: 'device.changed', severity: changed } as const)
    : ({ action: 'login.country', severity: UNFAMILIAR_COUNTRY_SEVERITY } as const)
  await recordRiskEvent(context, login, { ...event, detail: { ...unfamiliarCountry } }, clientInfo, login.rotatedAt)
}

async function sessionIdsOf(context: EngineContext, login: RememberMeRecord): Promise<readonly string[]> {
  return (await listLineage(context, login)).filter(({ kind }) => kind === 'session').map(({ id }) => id)
}

/** Two clients may hold this login, and the owner cannot be determined, so its lineage is revoked; other devices stay signed in. */
async function revokeCompromised(
  context: EngineContext,
  login: RememberMeRecord,
  clientInfo: ClientInfo,
  { action, severity, detail: more }: { readonly action: BuiltInAction; readonly severity: Severity; readonly detail?: JsonObject },
): Promise<AuthError | undefined> {
  const now = context.clock.now()
  const detail = { ...more, rememberMe: login.id, ...riskEvidence({ ...login, at: login.rotatedAt }, { ...clientInfo, at: now }) }
  const event = auditEvent(context, clientInfo, { userId: login.userId, action, outcome: 'failure', severity, detail }, now)
  const written = await context.store.write([
    { do: 'revoke credentials', where: { lineage: login.lineage }, reason: 'theft_suspected', at: now, mustMatch: true },
    event,
  ])
  if (!written.committed) return undefined
  context.revocationFeed.recordRevoked(written.ended, now)
  if (severity === 'alarm') context.onAlarm(event.event)
  return sessionRequired('theft_suspected')
}
