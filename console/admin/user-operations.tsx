// What happened in somebody's account.

import { useRef } from 'react'
import type { AuditEventsPage } from '../../src/client/index.ts'
import { Failure } from '../shared/failure.tsx'
import { failureText } from '../shared/failure-text.ts'
import { MoreButton } from '../shared/more-button.tsx'
import { AuditEventRow } from '../shared/operation-row.tsx'
import { Outcome } from '../shared/outcome.tsx'
import { Section } from '../shared/section.tsx'
import type { Paged } from '../shared/use-paged.ts'
import { useReadingOn } from '../shared/use-reading-on.ts'
import { Waiting } from '../shared/waiting.tsx'
import { say } from './say.ts'

export function UserActivity({ reading: { state, load, more } }: { readonly reading: Paged<AuditEventsPage> }) {
  const list = useRef<HTMLUListElement>(null)
  const shown = state.status === 'here' ? state.value : undefined
  const readOn = useReadingOn(list, shown?.events.length ?? 0)

  return (
    <Section id="events" title={say('auditTitle')} lead={say('auditLead')}>
      {state.status === 'loading' && <Waiting text={say('loadingActivity')} />}
      {state.status === 'failed' && <Failure text={say('failedActivity')} error={state.error} again={load} />}
      <Outcome failure={state.status === 'here' && state.stale !== undefined ? failureText(state.stale) : undefined} />
      {shown?.events.length === 0 && <p>{say('nothingYet')}</p>}
      {shown !== undefined && shown.events.length > 0 && (
        <ul className="events" ref={list}>
          {shown.events.map((event) => (
            <AuditEventRow key={event.id} event={event} />
          ))}
        </ul>
      )}
      {shown !== undefined && shown.next !== null && <MoreButton onMore={() => readOn(more)} />}
    </Section>
  )
}
