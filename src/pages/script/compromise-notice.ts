// After an alarm and a sign-in: when and from where the copy was used, from the user's own record.

import { type AlertEvidence, parseAlertEvidence } from '../../client/alert-evidence.ts'
import { deviceName } from '../../client/device-name.ts'
import type { Client } from '../../client/index.ts'
import type { AuditEventAnswer } from '../../http/contract.ts'
import { element, formatTime, returnUrl, t } from './page-data.ts'

export async function showCompromiseNotice(client: Client): Promise<void> {
  const page = await client.auditEvents.list({ limit: 100 }).catch(() => undefined)
  const alarm = page?.events.find(mayHaveRevoked)
  const now = alarm && parseAlertEvidence(alarm, 'presentedNow')
  const before = alarm && parseAlertEvidence(alarm, 'seenBefore')
  element('theft-text').textContent = now ? formatEvidence('theftText', now) : t('theftUnknown')
  element('theft-before').textContent = before ? formatEvidence('theftBefore', before) : ''
  element('ask').hidden = true
  const panel = element('theft')
  for (const link of panel.querySelectorAll<HTMLAnchorElement>('[data-go]')) link.href = returnUrl
  panel.hidden = false
  panel.querySelector('h1')?.focus()
}

/** Whether a warning ends a sign-in is for the server's settings to say. */
function mayHaveRevoked({ action, severity }: AuditEventAnswer): boolean {
  return severity === 'alarm' || (severity === 'warning' && action === 'device.changed')
}

function formatEvidence(text: 'theftText' | 'theftBefore', { at, ip, userAgent }: AlertEvidence): string {
  const named = deviceName(userAgent, (browser, system) => t('deviceOn', { browser, system })) ?? t('unknownDevice')
  return t(text, { at: formatTime(at), ip, device: named })
}
