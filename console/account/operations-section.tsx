// My operations: the picture of thirty days, and the record itself, which can be searched and read further back.

import { useRef, useState } from 'react'
import type { AuditEventsPage } from '../../src/client/index.ts'
import { Failure } from '../shared/failure.tsx'
import { MoreButton } from '../shared/more-button.tsx'
import { AuditEventRow, wordsOf } from '../shared/operation-row.tsx'
import { Section } from '../shared/section.tsx'
import type { Paged } from '../shared/use-paged.ts'
import { useReadingOn } from '../shared/use-reading-on.ts'
import { Waiting } from '../shared/waiting.tsx'
import { ActivityChart } from './activity-chart.tsx'
import { EVERYTHING, filtered, type Wanted } from './operation-filter.ts'
import { EventFilters } from './operation-filters.tsx'
import { say } from './say.ts'

const AT_ONCE = 12
const NOTHING: AuditEventsPage = { events: [], next: null }

export function ActivitySection({ reading: { state, load, more } }: { readonly reading: Paged<AuditEventsPage> }) {
  const [wanted, setWanted] = useState<Wanted>(EVERYTHING)
  const [count, setCount] = useState(AT_ONCE)
  const list = useRef<HTMLUListElement>(null)
  const { events, next }: AuditEventsPage = state.status === 'here' ? state.value : NOTHING
  const matching = filtered(events, wanted, wordsOf)
  const shown = matching.slice(0, count)
  const readOn = useReadingOn(list, shown.length)

  async function showMore() {
    if (shown.length === matching.length && next !== null) await more()
    setCount(count + AT_ONCE)
  }

  return (
    <Section id="events" title={say('auditTitle')} lead={say('auditLead')}>
      {state.status === 'loading' && <Waiting text={say('loadingActivity')} />}
      {state.status === 'failed' && <Failure text={say('failedActivity')} error={state.error} again={load} />}
      {state.status === 'here' && (
        <>
          <ActivityChart events={events} complete={next === null} />
          <EventFilters wanted={wanted} onChange={setWanted} />
          <p className="soft small" role="status">
            {say('matching', { count: shown.length, loaded: events.length })}
          </p>
          {shown.length === 0 ? (
            <p>{say(events.length === 0 ? 'nothingYet' : 'nothingMatches')}</p>
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
    </Section>
  )
}
