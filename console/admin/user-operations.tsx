// What happened in somebody's account.

import { useRef } from 'react'
import { Failure } from '../shared/failure.tsx'
import { MoreButton } from '../shared/more-button.tsx'
import { OperationRow } from '../shared/operation-row.tsx'
import { Section } from '../shared/section.tsx'
import { Waiting } from '../shared/waiting.tsx'
import { say } from './say.ts'
import type { UserOperationsReading } from './use-user-operations.ts'

export function UserOperations({ reading: { state, load, more } }: { readonly reading: UserOperationsReading }) {
  const list = useRef<HTMLUListElement>(null)
  const shown = state.status === 'here' ? state.value : undefined

  async function showMore() {
    const count = shown?.operations.length ?? 0
    await more()
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`li:nth-child(${count + 1})`)?.focus())
  }

  return (
    <Section id="operations" title={say('operationsTitle')} lead={say('operationsLead')}>
      {state.status === 'loading' && <Waiting text={say('loadingOperations')} />}
      {state.status === 'failed' && <Failure text={say('failedOperations')} error={state.error} again={load} />}
      {shown?.operations.length === 0 && <p>{say('nothingYet')}</p>}
      {shown !== undefined && shown.operations.length > 0 && (
        <ul className="operations" ref={list}>
          {shown.operations.map((operation) => (
            <OperationRow key={operation.id} operation={operation} />
          ))}
        </ul>
      )}
      {shown !== undefined && shown.next !== null && <MoreButton onMore={showMore} />}
    </Section>
  )
}
