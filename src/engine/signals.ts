// Telling of what is not as usual about who uses a sign-in; and, where the policy says so, asking for the password again.

import type { CredentialRecord } from '../domain/credential.ts'
import type { OwnAction } from '../domain/operation.ts'
import type { JsonObject } from '../domain/session-data.ts'
import { asksAgain, type Grade } from '../domain/signals.ts'
import { HOUR } from '../domain/time.ts'
import { operation } from './issue.ts'
import type { Parts, Whence } from './parts.ts'

/** Whoever gives a signal is told of once, and of one lineage no more than so much: nobody makes the record grow. */
const ONCE = { points: 1, window: HOUR }
const AT_MOST = { points: 20, window: HOUR }

export interface Signal {
  readonly action: Extract<OwnAction, 'device.mismatch' | 'device.changed' | 'login.country' | 'token.networks'>
  readonly outcome: Grade
  /** What is to be recorded of it beside both sides. */
  readonly detail?: JsonObject
}

/** When and from where, before and now. */
export function evidence(before: Whence & { readonly at: number }, now: Whence & { readonly at: number }) {
  const sight = ({ ip, device, at }: Whence & { readonly at: number }) => ({ ip, device, at: new Date(at).toISOString() })
  return { seenBefore: sight(before), presentedNow: sight(now) }
}

/** @param before when the record's own side was seen, in milliseconds since 1970 @throws StoreError */
export async function recordSignal(
  parts: Parts,
  record: CredentialRecord,
  { action, outcome, detail: more }: Signal,
  whence: Whence,
  before: number,
): Promise<void> {
  const now = parts.clock.now()
  const { kind, lineage, userCode } = record
  if (!(await isNews(parts, lineage, [action, outcome, whence.ip, whence.device], now))) return
  const detail = { ...more, lineage, credential: kind, ...evidence({ ...record, at: before }, { ...whence, at: now }) }
  const told = operation(parts, whence, { userCode, action, outcome, sessionId: kind === 'session' ? record.id : null, detail }, now)
  // An address alone ends nothing, and a copy that got nothing has done nothing.
  const ends = action === 'device.changed' && asksAgain(outcome, parts.policy.askAgain)
  const written = await parts.store.write([
    ...(ends ? [{ do: 'end credentials', where: { lineage }, reason: 'theft_suspected', at: now } as const] : []),
    told,
  ])
  if (!written.landed) return
  parts.endings.noteEnded(written.ended, now)
  if (outcome === 'alarm') parts.onAlarm(told.operation)
}

async function isNews(parts: Parts, lineage: string, what: readonly string[], now: number): Promise<boolean> {
  const presenter = parts.secrets.digest('presenter', JSON.stringify(what))
  if ((await parts.store.limits.take(`signal:${lineage}:${presenter}`, ONCE, now)).taken > ONCE.points) return false
  return (await parts.store.limits.take(`signal:${lineage}`, AT_MOST, now)).taken <= AT_MOST.points
}
