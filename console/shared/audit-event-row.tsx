// A list item for one audit event: time, action, result and client info.

import { Badge } from '@mantine/core'
import { type AuditEvent, eventText, kindOf, resultOf } from './audit-event-text.ts'
import { formatIp, formatUserAgent } from './client-info-text.ts'
import { formatDateTime } from './format-time.ts'
import { isTextKey, t } from './i18n.ts'

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
          {eventText(event)}
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

/** All visible text of the row, for the search. */
export function searchTextOf(event: AuditEvent): string {
  const { action, at, userAgent } = event
  return [eventText(event), action, formatDateTime(at), t(resultOf(event)), originText(event), userAgent, detailOf(event) ?? ''].join(' ')
}

function originText({ action, ip, userAgent, detail: { by } }: AuditEvent): string {
  // Changes by an operator have no IP address; their user agent names the tool. Only then is it translated: a client can send any text.
  const isByOperator = by === 'admin' || by === 'operator' || action === 'account.import'
  if (ip === '' && isByOperator && isTextKey(userAgent)) return t(userAgent)
  return t('fromDevice', { ip: formatIp(ip), device: formatUserAgent(userAgent) })
}

/** The subject of an administrator's action, or the details that an application recorded. Other details are in the text already. */
function detailOf(event: AuditEvent): string | undefined {
  const { action, detail } = event
  if (action.startsWith('admin.')) return [detail.username, detail.user, detail.service].find((name) => typeof name === 'string')
  return kindOf(event) === 'application' && Object.keys(detail).length > 0 ? JSON.stringify(detail) : undefined
}
