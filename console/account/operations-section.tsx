// My operations: the picture of thirty days, and the record itself, which can be searched and read further back.

import { useRef, useState } from 'react'
import type { AuditEventsPage } from '../../src/client/index.ts'
import { Card } from '../shared/card.tsx'
import { Failure } from '../shared/failure.tsx'
import { Loading } from '../shared/loading.tsx'
import { MoreButton } from '../shared/more-button.tsx'
import { AuditEventRow, searchTextOf } from '../shared/operation-row.tsx'
import { useFocusOnAppend } from '../shared/use-focus-on-append.ts'
import type { Paged } from '../shared/use-paged.ts'
import { ActivityChart } from './activity-chart.tsx'
import { t } from './i18n.ts'
import { type EventFilter, filterEvents, NO_FILTER } from './operation-filter.ts'
import { EventFilters } from './operation-filters.tsx'

const PAGE_SIZE = 12
const NOTHING: AuditEventsPage = { events: [], next: null }

export function ActivitySection({ reading: { state, load, more } }: { readonly reading: Paged<AuditEventsPage> }) {
  const [wanted, setWanted] = useState<EventFilter>(NO_FILTER)
  const [count, setCount] = useState(PAGE_SIZE)
  const list = useRef<HTMLUListElement>(null)
  const { events, next }: AuditEventsPage = state.status === 'ready' ? state.value : NOTHING
  const matching = filterEvents(events, wanted, searchTextOf)
  const shown = matching.slice(0, count)
  const readOn = useFocusOnAppend(list, shown.length)

  async function showMore() {
    if (shown.length === matching.length && next !== null) await more()
    setCount(count + PAGE_SIZE)
  }

  return (
    <Card id="events" title={t('auditTitle')} lead={t('auditLead')}>
      {state.status === 'loading' && <Loading text={t('loadingActivity')} />}
      {state.status === 'failed' && <Failure text={t('failedActivity')} error={state.error} onRetry={load} />}
      {state.status === 'ready' && (
        <>
          <ActivityChart events={events} complete={next === null} />
          <EventFilters wanted={wanted} onChange={setWanted} />
          <p className="soft small" role="status">
            {t('matching', { count: shown.length, loaded: events.length })}
          </p>
          {shown.length === 0 ? (
            <p>{t(events.length === 0 ? 'nothingYet' : 'nothingMatches')}</p>
          ) : (
            <ul className="events" ref={list}>
              {shown.map((event) => (
                <AuditEventRow key={event.id} event={event} />
              ))}
            </ul>
          )}
          {(shown.length < matching.length || next !== null) && <MoreButton onMore={() => readOn(showMore)} />}
        </>
      )}
    </Card>
  )
}
