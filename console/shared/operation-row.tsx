// One line of the record: when, what, how it ended, from where.

import { Badge } from '@mantine/core'
import { sayDevice, sayPlace } from './device-text.ts'
import { type AuditEvent, kindOf, resultOf, sayEvent } from './operation-text.ts'
import { isText, say } from './say.ts'
import { sayMoment } from './times.ts'

const COLORS = { success: 'teal', failure: 'yellow', rate_limited: 'yellow', notice: 'gray', warning: 'orange', alarm: 'red' } as const

export function AuditEventRow({ event }: { readonly event: AuditEvent }) {
  const { at } = event
  const result = resultOf(event)
  const detail = detailOf(event)
  return (
    <li className="event" tabIndex={-1}>
      <time dateTime={at}>{sayMoment(at)}</time>
      <div>
        <p className="what">
          {sayEvent(event)}
          {result !== 'success' && (
            <Badge variant="light" color={COLORS[result]} tt="none" ml={8}>
              {say(result)}
            </Badge>
          )}
        </p>
        {detail !== undefined && <code>{detail}</code>}
        <p className="soft small">{whence(event)}</p>
      </div>
    </li>
  )
}

/** All that can be read in the line, for the search. */
export function wordsOf(event: AuditEvent): string {
  const { action, at, userAgent } = event
  return [sayEvent(event), action, sayMoment(at), say(resultOf(event)), whence(event), userAgent, detailOf(event) ?? ''].join(' ')
}

function whence({ action, ip, userAgent, detail: { by } }: AuditEvent): string {
  // What somebody else does to an account has no address to show, and says by what it was done. Elsewhere a device is what a browser sent.
  const isOfOthers = by === 'admin' || by === 'operator' || action === 'account.import'
  if (ip === '' && isOfOthers && isText(userAgent)) return say(userAgent)
  return say('fromDevice', { ip: sayPlace(ip), device: sayDevice(userAgent) })
}

/** Our own details are in the sentence, but for whom an administrator had before them; what an application recorded is its own. */
function detailOf(event: AuditEvent): string | undefined {
  const { action, detail } = event
  if (action.startsWith('admin.')) return [detail.username, detail.user, detail.service].find((name) => typeof name === 'string')
  return kindOf(event) === 'own' && Object.keys(detail).length > 0 ? JSON.stringify(detail) : undefined
}
