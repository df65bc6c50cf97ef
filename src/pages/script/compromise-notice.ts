// The compromise notice after a sign-in: when and from where the copied credential was used, from the audit log.

import { type AlertEvidence, parseAlertEvidence } from '../../client/alert-evidence.ts'
import { deviceName } from '../../client/device-name.ts'
import type { Client } from '../../client/index.ts'
import type { AuditEventResponse } from '../../http/contract.ts'
import { element, formatTime, returnUrl, t } from './page-data.ts'

export async function showCompromiseNotice(client: Client): Promise<void> {
  const page = await client.auditEvents.list({ limit: 100 }).catch(() => undefined)
  const alarm = page?.events.find(mayHaveRevoked)
  const now = alarm && parseAlertEvidence(alarm, 'presentedNow')
  const before = alarm && parseAlertEvidence(alarm, 'seenBefore')
  element('compromise-text').textContent = now ? formatEvidence('compromiseText', now) : t('compromiseUnknown')
  element('compromise-before').textContent = before ? formatEvidence('compromiseBefore', before) : ''
  element('sign-in-form').hidden = true
  const panel = element('compromise')
  for (const link of panel.querySelectorAll<HTMLAnchorElement>('[data-continue]')) link.href = returnUrl
  panel.hidden = false
  panel.querySelector('h1')?.focus()
}

/** Whether a warning revokes a sign-in depends on `LATCHKEY_REVOKE_ON_RISK`. */
function mayHaveRevoked({ action, severity }: AuditEventResponse): boolean {
  return severity === 'alarm' || (severity === 'warning' && action === 'device.changed')
}

function formatEvidence(text: 'compromiseText' | 'compromiseBefore', { at, ip, userAgent }: AlertEvidence): string {
  const device = deviceName(userAgent, (browser, system) => t('deviceOn', { browser, system })) ?? t('unknownDevice')
  return t(text, { at: formatTime(at), ip, device })
}
