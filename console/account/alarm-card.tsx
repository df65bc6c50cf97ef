// One security alert: the evidence, the consequence, and what the user can do.

import { Button } from '@mantine/core'
import { type AlertEvidence, parseAlertEvidence } from '../../src/client/alert-evidence.ts'
import type { AuditEvent } from '../shared/audit-event-text.ts'
import { formatIp, formatUserAgent } from '../shared/client-info-text.ts'
import { formatDateTime } from '../shared/format-time.ts'
import { formatCountry } from './country-text.ts'
import { type TextKey, t } from './i18n.ts'

interface AlarmCardProps {
  readonly alarm: AuditEvent
  readonly onSignOutEverywhere: () => void
  readonly onChangePassword: () => void
  readonly onConfirm: () => void
}

interface AlarmTexts {
  readonly title: TextKey
  readonly now: TextKey
  readonly before: TextKey
  readonly done: TextKey
}

const DEFAULT_TEXTS: AlarmTexts = { title: 'alarmTitle', now: 'alarmNow', before: 'alarmBefore', done: 'alarmRevoked' }

/** By the action of the audit event. */
const TEXTS: Readonly<Record<string, AlarmTexts>> = {
  'device.mismatch': { title: 'alarmTitle', now: 'mismatchNow', before: 'mismatchBefore', done: 'mismatchDone' },
  'device.changed': { title: 'changedTitle', now: 'changedNow', before: 'changedBefore', done: 'changedDone' },
  'login.country': { title: 'countryTitle', now: 'countryNow', before: 'countryBefore', done: 'countryDone' },
}

export function AlarmCard({ alarm, onSignOutEverywhere, onChangePassword, onConfirm }: AlarmCardProps) {
  const now = parseAlertEvidence(alarm, 'presentedNow')
  const before = parseAlertEvidence(alarm, 'seenBefore')
  const texts = TEXTS[alarm.action] ?? DEFAULT_TEXTS
  const title = `alarm-${alarm.id}`
  return (
    <section className={`card ${alarm.severity}`} aria-labelledby={title} role="alert">
      <h2 id={title}>
        <svg
          className="sign"
          viewBox="0 0 24 24"
          width="24"
          height="24"
          aria-hidden="true"
          fill="none"
          stroke="currentColor"
          strokeWidth="2"
        >
          <path d="M12 3 2.5 20h19zM12 10v4.5M12 17v.5" strokeLinecap="round" strokeLinejoin="round" />
        </svg>
        {t(texts.title)}
      </h2>
      <p>
        {now ? t(texts.now, { ...messageValues(now), country: formatCountry(alarm.detail.country) }) : t('alarmNoEvidence')}{' '}
        {before && t(texts.before, messageValues(before))}
      </p>
      <p>
        {t(texts.done)} {t('alarmAdvice')}
      </p>
      <div className="actions">
        <Button color="red" onClick={onSignOutEverywhere}>
          {t('signOutEverywhere')}
        </Button>
        <Button variant="default" onClick={onChangePassword}>
          {t('changePassword')}
        </Button>
        <Button variant="default" onClick={onConfirm}>
          {t('alarmConfirm')}
        </Button>
      </div>
    </section>
  )
}

function messageValues({ at, ip, userAgent }: AlertEvidence): Record<string, string> {
  return { at: formatDateTime(at), ip: formatIp(ip), device: formatUserAgent(userAgent) }
}
