// Risk events: records unusual use of a credential, and revokes its lineage when the policy says so, so that the user has to enter the
// password again.

import type { BuiltInAction, Severity } from '../domain/audit-event.ts'
import type { CredentialRecord } from '../domain/credential.ts'
import { COUNTER_KINDS, PRESENTER_DIGEST } from '../domain/persisted-names.ts'
import { shouldRevokeOnRisk } from '../domain/risk.ts'
import type { JsonObject } from '../domain/session-data.ts'
import { HOUR } from '../domain/time.ts'
import type { ClientInfo, EngineContext } from './context.ts'
import { auditEvent } from './issue-credentials.ts'

/** Limits per lineage, and per client that causes an event: an attacker must not make the audit log or the counters grow. */
const PER_EVENT_LIMIT = { points: 1, window: HOUR }
const PER_LINEAGE_LIMIT = { points: 20, window: HOUR }

export interface RiskEvent {
  readonly action: Extract<BuiltInAction, 'device.mismatch' | 'device.changed' | 'login.country' | 'token.networks'>
  readonly severity: Severity
  /** Recorded in addition to the evidence. */
  readonly detail?: JsonObject
}

/** The earlier use and the current one: time and client info. */
export function riskEvidence(before: ClientInfo & { readonly at: number }, now: ClientInfo & { readonly at: number }) {
  const describeUse = ({ ip, userAgent, at }: ClientInfo & { readonly at: number }) => ({ ip, userAgent, at: new Date(at).toISOString() })
  return { seenBefore: describeUse(before), presentedNow: describeUse(now) }
}

/** @param before when the record's own client was seen, in milliseconds since 1970 @throws StoreError */
export async function recordRiskEvent(
  context: EngineContext,
  record: CredentialRecord,
  { action, severity, detail: more }: RiskEvent,
  clientInfo: ClientInfo,
  before: number,
): Promise<void> {
  const now = context.clock.now()
  const { kind, lineage, userId } = record
  // An address alone revokes nothing, and a copy that was refused has done no harm.
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
  /** For an event that could not be recorded: it counts as new the next time. */
  refund(): Promise<void>
}

const NOT_LIMITED: ConsumedEvent = { refund: async () => {} }

/** Undefined when the event was recorded already, or when the lineage reached its limit. */
async function consumeIfNew(
  context: EngineContext,
  lineage: string,
  identity: readonly string[],
  now: number,
): Promise<ConsumedEvent | undefined> {
  const { limits } = context.store
  const lineageKey = `${COUNTER_KINDS.riskEvent}:${lineage}`
  if ((await limits.take(lineageKey, PER_LINEAGE_LIMIT, now)).taken > PER_LINEAGE_LIMIT.points) return undefined
  const presenterKey = `${lineageKey}:${context.secrets.digest(PRESENTER_DIGEST, JSON.stringify(identity))}`
  const isNew = (await limits.take(presenterKey, PER_EVENT_LIMIT, now)).taken <= PER_EVENT_LIMIT.points
  if (!isNew) await limits.refund(lineageKey)
  return isNew ? { refund: () => limits.refund(presenterKey) } : undefined
}
