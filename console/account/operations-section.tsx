// My operations: the picture of thirty days, and the record itself, which can be searched and read further back.

import { useRef, useState } from 'react'
import type { OperationsPage } from '../../src/client/index.ts'
import { Failure } from '../shared/failure.tsx'
import { MoreButton } from '../shared/more-button.tsx'
import { OperationRow, wordsOf } from '../shared/operation-row.tsx'
import { Section } from '../shared/section.tsx'
import type { Paged } from '../shared/use-paged.ts'
import { useReadingOn } from '../shared/use-reading-on.ts'
import { Waiting } from '../shared/waiting.tsx'
import { ActivityChart } from './activity-chart.tsx'
import { EVERYTHING, filtered, type Wanted } from './operation-filter.ts'
import { OperationFilters } from './operation-filters.tsx'
import { say } from './say.ts'

const AT_ONCE = 12
const NOTHING: OperationsPage = { operations: [], next: null }

export function OperationsSection({ reading: { state, load, more } }: { readonly reading: Paged<OperationsPage> }) {
  const [wanted, setWanted] = useState<Wanted>(EVERYTHING)
  const [count, setCount] = useState(AT_ONCE)
  const list = useRef<HTMLUListElement>(null)
  const { operations, next }: OperationsPage = state.status === 'here' ? state.value : NOTHING
  const matching = filtered(operations, wanted, wordsOf)
  const shown = matching.slice(0, count)
  const readOn = useReadingOn(list, shown.length)

  async function showMore() {
    if (shown.length === matching.length && next !== null) await more()
    setCount(count + AT_ONCE)
  }

  return (
    <Section id="operations" title={say('operationsTitle')} lead={say('operationsLead')}>
      {state.status === 'loading' && <Waiting text={say('loadingOperations')} />}
      {state.status === 'failed' && <Failure text={say('failedOperations')} error={state.error} again={load} />}
      {state.status === 'here' && (
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
          {(shown.length < matching.length || next !== null) && <MoreButton onMore={() => readOn(showMore)} />}
        </>
      )}
    </Section>
  )
}
