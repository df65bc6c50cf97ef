// The security alerts that the user has not confirmed yet, at the top of the page.

import { useState } from 'react'
import type { AuditEventsPage } from '../../src/client/index.ts'
import { Failure } from '../shared/failure.tsx'
import type { Paged } from '../shared/use-paged.ts'
import { AlarmCard } from './alarm-card.tsx'
import { alarmsIn, confirmedAlarms, storeConfirmedAlarm } from './alarms.ts'
import { t } from './i18n.ts'

interface AlarmCardsProps {
  readonly resource: Paged<AuditEventsPage>
  readonly onSignOutEverywhere: () => void
  readonly onChangePassword: () => void
}

export function AlarmCards({ resource: { state, load }, onSignOutEverywhere, onChangePassword }: AlarmCardsProps) {
  const [confirmed, setConfirmed] = useState(confirmedAlarms)
  if (state.status === 'failed') return <Failure text={t('failedAlarms')} error={state.error} onRetry={load} />
  if (state.status === 'loading') return null
  return alarmsIn(state.value.events)
    .filter(({ id }) => !confirmed.includes(id))
    .map((alarm) => (
      <AlarmCard
        key={alarm.id}
        alarm={alarm}
        onSignOutEverywhere={onSignOutEverywhere}
        onChangePassword={onChangePassword}
        onConfirm={() => {
          storeConfirmedAlarm(alarm.id)
          setConfirmed([...confirmed, alarm.id])
          document.querySelector<HTMLElement>('h1')?.focus()
        }}
      />
    ))
}
