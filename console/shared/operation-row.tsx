// One line of the record: when, what, how it ended, from where.

import { Badge } from '@mantine/core'
import { formatIp, formatUserAgent } from './client-info-text.ts'
import { formatDateTime } from './format-time.ts'
import { isTextKey, t } from './i18n.ts'
import { type AuditEvent, kindOf, resultOf, sayEvent } from './operation-text.ts'

const COLORS = { success: 'teal', failure: 'yellow', rate_limited: 'yellow', notice: 'gray', warning: 'orange', alarm: 'red' } as const

export function AuditEventRow({ event }: { readonly event: AuditEvent }) {
  const { at } = event
  const result = resultOf(event)
  const detail = detailOf(event)
  return (
    <li className="event" tabIndex={-1}>
      <time dateTime={at}>{formatDateTime(at)}</time>
      <div>
        <p className="what">
          {sayEvent(event)}
          {result !== 'success' && (
            <Badge variant="light" color={COLORS[result]} tt="none" ml={8}>
              {t(result)}
            </Badge>
          )}
        </p>
        {detail !== undefined && <code>{detail}</code>}
        <p className="soft small">{originText(event)}</p>
      </div>
    </li>
  )
}

/** All that can be read in the line, for the search. */
export function searchTextOf(event: AuditEvent): string {
  const { action, at, userAgent } = event
  return [sayEvent(event), action, formatDateTime(at), t(resultOf(event)), originText(event), userAgent, detailOf(event) ?? ''].join(' ')
}

function originText({ action, ip, userAgent, detail: { by } }: AuditEvent): string {
  // What somebody else does to an account has no address to show, and says by what it was done. Elsewhere a device is what a browser sent.
  const isOfOthers = by === 'admin' || by === 'operator' || action === 'account.import'
  if (ip === '' && isOfOthers && isTextKey(userAgent)) return t(userAgent)
  return t('fromDevice', { ip: formatIp(ip), device: formatUserAgent(userAgent) })
}

/** Our own details are in the sentence, but for whom an administrator had before them; what an application recorded is its own. */
function detailOf(event: AuditEvent): string | undefined {
  const { action, detail } = event
  if (action.startsWith('admin.')) return [detail.username, detail.user, detail.service].find((name) => typeof name === 'string')
  return kindOf(event) === 'own' && Object.keys(detail).length > 0 ? JSON.stringify(detail) : undefined
}
