// My operations: the picture of thirty days, and the record itself, which can be searched and read further back.

import { useRef, useState } from 'react'
import { Failure } from '../shared/failure.tsx'
import { MoreButton } from '../shared/more-button.tsx'
import { OperationRow, wordsOf } from '../shared/operation-row.tsx'
import { Section } from '../shared/section.tsx'
import { Waiting } from '../shared/waiting.tsx'
import { ActivityChart } from './activity-chart.tsx'
import { EVERYTHING, filtered, type Wanted } from './operation-filter.ts'
import { OperationFilters } from './operation-filters.tsx'
import { say } from './say.ts'
import type { OperationsReading } from './use-operations.ts'

const AT_ONCE = 12

export function OperationsSection({ reading: { state, load, more } }: { readonly reading: OperationsReading }) {
  const [wanted, setWanted] = useState<Wanted>(EVERYTHING)
  const [count, setCount] = useState(AT_ONCE)
  const list = useRef<HTMLUListElement>(null)
  return (
    <Section id="operations" title={say('operationsTitle')} lead={say('operationsLead')}>
      {state.status === 'loading' && <Waiting text={say('loadingOperations')} />}
      {state.status === 'failed' && <Failure text={say('failedOperations')} error={state.error} again={load} />}
      {state.status === 'here' && record(state.value.operations, state.value.next)}
    </Section>
  )

  function record(operations: Parameters<typeof filtered>[0], next: string | null) {
    const matching = filtered(operations, wanted, wordsOf)
    const shown = matching.slice(0, count)

    async function showMore() {
      if (shown.length === matching.length && next !== null) await more()
      setCount(count + AT_ONCE)
      // The button may be gone: whoever reads on by keyboard goes on where the new ones begin.
      requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`li:nth-child(${shown.length + 1})`)?.focus())
    }

    return (
      <>
        <ActivityChart operations={operations} complete={next === null} />
        <OperationFilters wanted={wanted} onChange={setWanted} />
        <p className="soft small" role="status">
          {say('matching', { count: shown.length, loaded: operations.length })}
        </p>
        {shown.length === 0 ? (
          <p>{say(operations.length === 0 ? 'nothingYet' : 'nothingMatches')}</p>
        ) : (
          <ul className="operations" ref={list}>
            {shown.map((operation) => (
              <OperationRow key={operation.id} operation={operation} />
            ))}
          </ul>
        )}
        {(shown.length < matching.length || next !== null) && <MoreButton onMore={showMore} />}
      </>
    )
  }
}
