// The activity section: a chart of the last 30 days, and the searchable audit log.

import { useRef, useState } from 'react'
import type { AuditEventsPage } from '../../src/client/index.ts'
import { AuditEventRow, searchTextOf } from '../shared/audit-event-row.tsx'
import { Card } from '../shared/card.tsx'
import { Failure } from '../shared/failure.tsx'
import { Loading } from '../shared/loading.tsx'
import { MoreButton } from '../shared/more-button.tsx'
import { useFocusOnAppend } from '../shared/use-focus-on-append.ts'
import type { Paged } from '../shared/use-paged.ts'
import { ActivityChart } from './activity-chart.tsx'
import { type EventFilter, filterEvents, NO_FILTER } from './event-filter.ts'
import { EventFilters } from './event-filters.tsx'
import { t } from './i18n.ts'

const PAGE_SIZE = 12
const EMPTY: AuditEventsPage = { events: [], next: null }

export function ActivitySection({ resource: { state, load, more } }: { readonly resource: Paged<AuditEventsPage> }) {
  const [filter, setFilter] = useState<EventFilter>(NO_FILTER)
  const [count, setCount] = useState(PAGE_SIZE)
  const list = useRef<HTMLUListElement>(null)
  const { events, next }: AuditEventsPage = state.status === 'ready' ? state.value : EMPTY
  const matching = filterEvents(events, filter, searchTextOf)
  const shown = matching.slice(0, count)
  const withFocus = useFocusOnAppend(list, shown.length)

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
          <EventFilters filter={filter} onChange={setFilter} />
          <p className="soft small" role="status">
            {t('matching', { count: shown.length, loaded: events.length })}
          </p>
          {shown.length === 0 ? (
            <p>{t(events.length === 0 ? 'noActivity' : 'nothingMatches')}</p>
          ) : (
            <ul className="events" ref={list}>
              {shown.map((event) => (
                <AuditEventRow key={event.id} event={event} />
              ))}
            </ul>
          )}
          {(shown.length < matching.length || next !== null) && <MoreButton onMore={() => withFocus(showMore)} />}
        </>
      )}
    </Card>
  )
}
