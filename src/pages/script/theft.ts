// After an alarm and a sign-in: when and from where the copy was used, from the user's own record.

import { deviceName } from '../../client/device-name.ts'
import type { Client } from '../../client/index.ts'
import { type Sight, sightIn } from '../../client/sight.ts'
import { element, returnAddress, say, sayTime } from './known.ts'

export async function showTheft(client: Client): Promise<void> {
  const page = await client.operations.list({ limit: 100 }).catch(() => undefined)
  const alarm = page?.operations.find(({ outcome }) => outcome === 'alarm')
  const now = alarm && sightIn(alarm, 'presentedNow')
  const before = alarm && sightIn(alarm, 'seenBefore')
  element('theft-text').textContent = now ? saySight('theftText', now) : say('theftUnknown')
  element('theft-before').textContent = before ? saySight('theftBefore', before) : ''
  element('ask').hidden = true
  const panel = element('theft')
  for (const link of panel.querySelectorAll<HTMLAnchorElement>('[data-go]')) link.href = returnAddress
  panel.hidden = false
  panel.querySelector('h1')?.focus()
}

function saySight(text: 'theftText' | 'theftBefore', { at, ip, device }: Sight): string {
  const named = deviceName(device, (browser, system) => say('deviceOn', { browser, system })) ?? say('unknownDevice')
  return say(text, { at: sayTime(at), ip, device: named })
}
