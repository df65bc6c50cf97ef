// A lineage as a sentence: since when, last used from where, until when.

import { formatIp } from './client-info-text.ts'
import { formatAgo, formatDay } from './format-time.ts'
import { t } from './i18n.ts'
import type { Lineage } from './lineages.ts'

export function lineageText({ kind, startedAt, lastSeenAt, expiresAt, ip }: Lineage): string {
  const values = { date: formatDay(startedAt), ago: formatAgo(lastSeenAt), until: formatDay(expiresAt), ip: formatIp(ip) }
  return t(kind === 'remember_me' ? 'rememberMeSummary' : 'sessionAlone', values)
}
