// The alarms that have not been seen yet, above everything else.

import { useState } from 'react'
import type { AuditEventsPage } from '../../src/client/index.ts'
import { Failure } from '../shared/failure.tsx'
import type { Paged } from '../shared/use-paged.ts'
import { AlarmCard } from './alarm-card.tsx'
import { alarmsIn, seenAlarms, storeSeenAlarm } from './alarms.ts'
import { t } from './i18n.ts'

interface AlarmCardsProps {
  readonly reading: Paged<AuditEventsPage>
  readonly onEndEverything: () => void
  readonly onChangePassword: () => void
}

export function AlarmCards({ reading: { state, load }, onEndEverything, onChangePassword }: AlarmCardsProps) {
  const [seen, setSeen] = useState(seenAlarms)
  if (state.status === 'failed') return <Failure text={t('failedAlarms')} error={state.error} onRetry={load} />
  if (state.status === 'loading') return null
  return alarmsIn(state.value.events)
    .filter(({ id }) => !seen.includes(id))
    .map((alarm) => (
      <AlarmCard
        key={alarm.id}
        alarm={alarm}
        onEndEverything={onEndEverything}
        onChangePassword={onChangePassword}
        onSeen={() => {
          storeSeenAlarm(alarm.id)
          setSeen([...seen, alarm.id])
          document.querySelector<HTMLElement>('h1')?.focus()
        }}
      />
    ))
}
