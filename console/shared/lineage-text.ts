// A session or a remembered login as a sentence.

import { formatIp, formatUserAgent } from './client-info-text.ts'
import { formatAgo, formatDay } from './format-time.ts'
import { t } from './i18n.ts'
import type { Listed } from './lineages.ts'

export function rememberMeText(login: Listed): string {
  return t('rememberedOn', { ...messageValues(login), date: formatDay(login.startedAt) })
}

/** @param root the remembered login that started it, where there is one */
export function sessionText(session: Listed, root: Listed | undefined): string {
  if (root !== undefined)
    return t('sessionFrom', { ...messageValues(session), date: formatDay(root.startedAt), device: formatUserAgent(root.userAgent) })
  return t(session.startedBy === null ? 'sessionAlone' : 'sessionOrphan', { ...messageValues(session), date: formatDay(session.startedAt) })
}

function messageValues({ lastSeenAt, expiresAt, ip }: Listed): Record<string, string> {
  return { ago: formatAgo(lastSeenAt), until: formatDay(expiresAt), ip: formatIp(ip) }
}
