// The text of an audit event, its kind and its result.

import type { AuditEventsPage } from '../../src/client/index.ts'
import { isTextKey, type TextKey, t } from './i18n.ts'

export type AuditEvent = AuditEventsPage['events'][number]
export type Kind = 'signIn' | 'change' | 'signOut' | 'application'

export const RESULTS = ['success', 'failure', 'rate_limited', 'notice', 'warning', 'alarm'] as const
export type Result = (typeof RESULTS)[number]

export const KINDS: Readonly<Record<Kind, TextKey>> = {
  signIn: 'kindSignIn',
  change: 'kindChange',
  signOut: 'kindSignOut',
  application: 'kindApplication',
}

export function kindOf({ action }: AuditEvent): Kind {
  if (/^(?:login|device|token)\./.test(action)) return 'signIn'
  if (/^(?:account|admin|password)\./.test(action)) return 'change'
  return action.startsWith('session.') ? 'signOut' : 'application'
}

/** The severity of an event if it is more than `info`, else its outcome. */
export function resultOf({ outcome, severity }: Pick<AuditEvent, 'outcome' | 'severity'>): Result {
  return severity === 'info' ? outcome : severity
}

/** Events of applications are shown by their action. */
export function eventText(event: AuditEvent): string {
  const { action, detail } = event
  const key = [`${action}.${textVariant(detail)}`, `${action}.${resultOf(event)}`, action].find(isTextKey)
  return kindOf(event) === 'application' || key === undefined ? action : t(key)
}

/** Selects a more specific text: by the reason, or by who did it. */
function textVariant({ by, reason, except }: AuditEvent['detail']): string {
  if (except === 'current') return 'others'
  return String(reason ?? by ?? '')
}
