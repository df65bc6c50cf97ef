// Telling of what is not as usual about who uses a sign-in; and, where the policy says so, asking for the password again.

import type { CredentialRecord } from '../domain/credential.ts'
import type { OwnAction, Severity } from '../domain/operation.ts'
import { COUNTER_KINDS, PRESENTER_DIGEST } from '../domain/persisted-names.ts'
import type { JsonObject } from '../domain/session-data.ts'
import { shouldRevokeOnRisk } from '../domain/signals.ts'
import { HOUR } from '../domain/time.ts'
import { auditEvent } from './issue.ts'
import type { Parts, Whence } from './parts.ts'

/** Of one lineage no more than so much is told, and of whoever gives a signal once: nobody makes the record grow, nor the counters. */
const ONCE = { points: 1, window: HOUR }
const AT_MOST = { points: 20, window: HOUR }

export interface Signal {
  readonly action: Extract<OwnAction, 'device.mismatch' | 'device.changed' | 'login.country' | 'token.networks'>
  readonly severity: Severity
  /** What is to be recorded of it beside both sides. */
  readonly detail?: JsonObject
}

/** When and from where, before and now. */
export function evidence(before: Whence & { readonly at: number }, now: Whence & { readonly at: number }) {
  const sight = ({ ip, userAgent, at }: Whence & { readonly at: number }) => ({ ip, userAgent, at: new Date(at).toISOString() })
  return { seenBefore: sight(before), presentedNow: sight(now) }
}

/** @param before when the record's own side was seen, in milliseconds since 1970 @throws StoreError */
export async function recordSignal(
  parts: Parts,
  record: CredentialRecord,
  { action, severity, detail: more }: Signal,
  whence: Whence,
  before: number,
): Promise<void> {
  const now = parts.clock.now()
  const { kind, lineage, userId } = record
  // An address alone ends nothing, and a copy that got nothing has done nothing.
  const ends = action === 'device.changed' && shouldRevokeOnRisk(severity, parts.policy.revokeOnRisk)
  const news = ends ? NOT_COUNTED : await takeNews(parts, lineage, [action, severity, whence.ip, whence.userAgent], now)
  if (news === undefined) return
  const outcome = ends || action === 'device.mismatch' ? 'failure' : 'success'
  const detail = { ...more, lineage, credential: kind, ...evidence({ ...record, at: before }, { ...whence, at: now }) }
  const told = auditEvent(parts, whence, { userId, action, outcome, severity, sessionId: kind === 'session' ? record.id : null, detail }, now)
  const end = { do: 'end credentials', where: { lineage }, reason: 'theft_suspected', at: now, orRefuse: true } as const
  const written = await parts.store.write(ends ? [end, told] : [told]).catch(async (fault: unknown) => {
    await news.giveBack()
    throw fault
  })
  if (!written.landed) return
  parts.endings.noteEnded(written.ended, now)
  if (severity === 'alarm') parts.onAlarm(told.event)
}

interface News {
  /** For what could not be recorded: the next time it is news again. */
  giveBack(): Promise<void>
}

const NOT_COUNTED: News = { giveBack: async () => {} }

/** Undefined where it was told already, or enough has been told. */
async function takeNews(parts: Parts, lineage: string, what: readonly string[], now: number): Promise<News | undefined> {
  const { limits } = parts.store
  const ofLineage = `${COUNTER_KINDS.signal}:${lineage}`
  if ((await limits.take(ofLineage, AT_MOST, now)).taken > AT_MOST.points) return undefined
  const ofPresenter = `${ofLineage}:${parts.secrets.digest(PRESENTER_DIGEST, JSON.stringify(what))}`
  const isNew = (await limits.take(ofPresenter, ONCE, now)).taken <= ONCE.points
  if (!isNew) await limits.giveBack(ofLineage)
  return isNew ? { giveBack: () => limits.giveBack(ofPresenter) } : undefined
}
