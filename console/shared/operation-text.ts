// An operation as a sentence, and the kind it belongs to.

import type { AuditEventsPage } from '../../src/client/index.ts'
import { isTextKey, type TextKey, t } from './i18n.ts'

export type AuditEvent = AuditEventsPage['events'][number]
export type Kind = 'signIn' | 'change' | 'ending' | 'own'

export const RESULTS = ['success', 'failure', 'rate_limited', 'notice', 'warning', 'alarm'] as const
export type Result = (typeof RESULTS)[number]

export const KINDS: Readonly<Record<Kind, TextKey>> = {
  signIn: 'kindSignIn',
  change: 'kindChange',
  ending: 'kindEnding',
  own: 'kindOwn',
}

export function kindOf({ action }: AuditEvent): Kind {
  if (/^(?:login|device|token)\./.test(action)) return 'signIn'
  if (/^(?:account|admin|password)\./.test(action)) return 'change'
  return action.startsWith('session.') ? 'ending' : 'own'
}

/** What a reader wants to see of an event first: its severity where that is more than `info`, else its outcome. */
export function resultOf({ outcome, severity }: Pick<AuditEvent, 'outcome' | 'severity'>): Result {
  return severity === 'info' ? outcome : severity
}

/** What an application recorded is shown as it named it. */
export function sayEvent(event: AuditEvent): string {
  const { action, detail } = event
  const fitting = [`${action}.${textVariant(detail)}`, `${action}.${resultOf(event)}`, action].find(isTextKey)
  return kindOf(event) === 'own' || fitting === undefined ? action : t(fitting)
}

/** Why something ended, or whose deed it was. */
function textVariant({ by, reason, except }: AuditEvent['detail']): string {
  if (except === 'current') return 'others'
  return String(reason ?? by ?? '')
}
