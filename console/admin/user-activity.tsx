// The section with the audit events of a user.

import { useRef } from 'react'
import type { AuditEventsPage } from '../../src/client/index.ts'
import { AuditEventRow } from '../shared/audit-event-row.tsx'
import { Card } from '../shared/card.tsx'
import { Failure } from '../shared/failure.tsx'
import { failureText } from '../shared/failure-text.ts'
import { FormStatus } from '../shared/form-status.tsx'
import { Loading } from '../shared/loading.tsx'
import { MoreButton } from '../shared/more-button.tsx'
import { useFocusOnAppend } from '../shared/use-focus-on-append.ts'
import type { Paged } from '../shared/use-paged.ts'
import { t } from './i18n.ts'

export function UserActivity({ resource: { state, load, more } }: { readonly resource: Paged<AuditEventsPage> }) {
  const list = useRef<HTMLUListElement>(null)
  const shown = state.status === 'ready' ? state.value : undefined
  const withFocus = useFocusOnAppend(list, shown?.events.length ?? 0)

  return (
    <Card id="events" title={t('auditTitle')} lead={t('auditLead')}>
      {state.status === 'loading' && <Loading text={t('loadingActivity')} />}
      {state.status === 'failed' && <Failure text={t('failedActivity')} error={state.error} onRetry={load} />}
      <FormStatus failure={state.status === 'ready' && state.stale !== undefined ? failureText(state.stale) : undefined} />
      {shown?.events.length === 0 && <p>{t('noActivity')}</p>}
      {shown !== undefined && shown.events.length > 0 && (
        <ul className="events" ref={list}>
          {shown.events.map((event) => (
            <AuditEventRow key={event.id} event={event} />
          ))}
        </ul>
      )}
      {shown !== undefined && shown.next !== null && <MoreButton onMore={() => withFocus(more)} />}
    </Card>
  )
}
