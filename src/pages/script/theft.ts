// After an alarm and a sign-in: when and from where the copy was used, from the user's own record.

import { deviceName } from '../../client/device-name.ts'
import type { Client } from '../../client/index.ts'
import { type Sight, sightIn } from '../../client/sight.ts'
import type { AuditEventAnswer } from '../../http/contract.ts'
import { element, returnAddress, say, sayTime } from './known.ts'

export async function showTheft(client: Client): Promise<void> {
  const page = await client.auditEvents.list({ limit: 100 }).catch(() => undefined)
  const told = page?.events.find(mayHaveEnded)
  const now = told && sightIn(told, 'presentedNow')
  const before = told && sightIn(told, 'seenBefore')
  element('theft-text').textContent = now ? saySight('theftText', now) : say('theftUnknown')
  element('theft-before').textContent = before ? saySight('theftBefore', before) : ''
  element('ask').hidden = true
  const panel = element('theft')
  for (const link of panel.querySelectorAll<HTMLAnchorElement>('[data-go]')) link.href = returnAddress
  panel.hidden = false
  panel.querySelector('h1')?.focus()
}

/** Whether a warning ends a sign-in is for the server's settings to say. */
function mayHaveEnded({ action, severity }: AuditEventAnswer): boolean {
  return severity === 'alarm' || (severity === 'warning' && action === 'device.changed')
}

function saySight(text: 'theftText' | 'theftBefore', { at, ip, userAgent }: Sight): string {
  const named = deviceName(userAgent, (browser, system) => say('deviceOn', { browser, system })) ?? say('unknownDevice')
  return say(text, { at: sayTime(at), ip, device: named })
}
