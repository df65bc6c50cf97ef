// Telling of what is not as usual about who uses a sign-in; and, where the policy says so, asking for the password again.

import type { BuiltInAction, Severity } from '../domain/audit-event.ts'
import type { CredentialRecord } from '../domain/credential.ts'
import { COUNTER_KINDS, PRESENTER_DIGEST } from '../domain/persisted-names.ts'
import { shouldRevokeOnRisk } from '../domain/risk.ts'
import type { JsonObject } from '../domain/session-data.ts'
import { HOUR } from '../domain/time.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { auditEvent } from './issue.ts'

/** Of one lineage no more than so much is told, and of whoever gives a signal once: nobody makes the record grow, nor the counters. */
const PER_EVENT_LIMIT = { points: 1, window: HOUR }
const PER_LINEAGE_LIMIT = { points: 20, window: HOUR }

export interface RiskEvent {
  readonly action: Extract<BuiltInAction, 'device.mismatch' | 'device.changed' | 'login.country' | 'token.networks'>
  readonly severity: Severity
  /** What is to be recorded of it beside both sides. */
  readonly detail?: JsonObject
}

/** When and from where, before and now. */
export function riskEvidence(before: ClientInfo & { readonly at: number }, now: ClientInfo & { readonly at: number }) {
  const describeUse = ({ ip, userAgent, at }: ClientInfo & { readonly at: number }) => ({ ip, userAgent, at: new Date(at).toISOString() })
  return { seenBefore: describeUse(before), presentedNow: describeUse(now) }
}

/** @param before when the record's own side was seen, in milliseconds since 1970 @throws StoreError */
export async function recordRiskEvent(
  context: EngineContext,
  record: CredentialRecord,
  { action, severity, detail: more }: RiskEvent,
  clientInfo: ClientInfo,
  before: number,
): Promise<void> {
  const now = context.clock.now()
  const { kind, lineage, userId } = record
  // An address alone ends nothing, and a copy that got nothing has done nothing.
  const revokes = action === 'device.changed' && shouldRevokeOnRisk(severity, context.policy.revokeOnRisk)
  const counted = revokes ? NOT_LIMITED : await consumeIfNew(context, lineage, [action, severity, clientInfo.ip, clientInfo.userAgent], now)
  if (counted === undefined) return
  const outcome = revokes || action === 'device.mismatch' ? 'failure' : 'success'
  const detail = { ...more, lineage, credential: kind, ...riskEvidence({ ...record, at: before }, { ...clientInfo, at: now }) }
  const event = auditEvent(
    context,
    clientInfo,
    { userId, action, outcome, severity, sessionId: kind === 'session' ? record.id : null, detail },
    now,
  )
  const revocation = { do: 'revoke credentials', where: { lineage }, reason: 'theft_suspected', at: now, mustMatch: true } as const
  const written = await context.store.write(revokes ? [revocation, event] : [event]).catch(async (fault: unknown) => {
    await counted.refund()
    throw fault
  })
  if (!written.committed) return
  context.revocationFeed.recordRevoked(written.ended, now)
  if (severity === 'alarm') context.onAlarm(event.event)
}

interface ConsumedEvent {
  /** For what could not be recorded: the next time it is news again. */
  refund(): Promise<void>
}

const NOT_LIMITED: ConsumedEvent = { refund: async () => {} }

/** Undefined where it was told already, or enough has been told. */
async function consumeIfNew(
  context: EngineContext,
  lineage: string,
  what: readonly string[],
  now: number,
): Promise<ConsumedEvent | undefined> {
  const { limits } = context.store
  const ofLineage = `${COUNTER_KINDS.riskEvent}:${lineage}`
  if ((await limits.take(ofLineage, PER_LINEAGE_LIMIT, now)).taken > PER_LINEAGE_LIMIT.points) return undefined
  const ofPresenter = `${ofLineage}:${context.secrets.digest(PRESENTER_DIGEST, JSON.stringify(what))}`
  const isNew = (await limits.take(ofPresenter, PER_EVENT_LIMIT, now)).taken <= PER_EVENT_LIMIT.points
  if (!isNew) await limits.refund(ofLineage)
  return isNew ? { refund: () => limits.refund(ofPresenter) } : undefined
}
