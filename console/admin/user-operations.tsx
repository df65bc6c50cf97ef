// What happened in somebody's account.

import { useRef } from 'react'
import type { OperationsPage } from '../../src/client/index.ts'
import { Failure } from '../shared/failure.tsx'
import { failureText } from '../shared/failure-text.ts'
import { MoreButton } from '../shared/more-button.tsx'
import { OperationRow } from '../shared/operation-row.tsx'
import { Outcome } from '../shared/outcome.tsx'
import { Section } from '../shared/section.tsx'
import type { Paged } from '../shared/use-paged.ts'
import { useReadingOn } from '../shared/use-reading-on.ts'
import { Waiting } from '../shared/waiting.tsx'
import { say } from './say.ts'

export function UserOperations({ reading: { state, load, more } }: { readonly reading: Paged<OperationsPage> }) {
  const list = useRef<HTMLUListElement>(null)
  const shown = state.status === 'here' ? state.value : undefined
  const readOn = useReadingOn(list, shown?.operations.length ?? 0)

  return (
    <Section id="operations" title={say('operationsTitle')} lead={say('operationsLead')}>
      {state.status === 'loading' && <Waiting text={say('loadingOperations')} />}
      {state.status === 'failed' && <Failure text={say('failedOperations')} error={state.error} again={load} />}
      <Outcome failure={state.status === 'here' && state.stale !== undefined ? failureText(state.stale) : undefined} />
      {shown?.operations.length === 0 && <p>{say('nothingYet')}</p>}
      {shown !== undefined && shown.operations.length > 0 && (
        <ul className="operations" ref={list}>
          {shown.operations.map((operation) => (
            <OperationRow key={operation.id} operation={operation} />
          ))}
        </ul>
      )}
      {shown !== undefined && shown.next !== null && <MoreButton onMore={() => readOn(more)} />}
    </Section>
  )
}
