// Chooses what of the record is shown.

import { NativeSelect, TextInput } from '@mantine/core'
import { KINDS } from '../shared/operation-text.ts'
import type { Wanted } from './operation-filter.ts'
import { say } from './say.ts'

interface OperationFiltersProps {
  readonly wanted: Wanted
  readonly onChange: (wanted: Wanted) => void
}

const OUTCOMES = ['ok', 'refused', 'limited', 'notice', 'warning', 'alarm'] as const

export function OperationFilters({ wanted, onChange }: OperationFiltersProps) {
  const kinds = Object.entries(KINDS).map(([value, text]) => ({ value, label: say(text) }))
  const outcomes = OUTCOMES.map((value) => ({ value, label: say(value) }))
  const all = { value: '', label: say('all') }
  return (
    <div className="filters">
      <NativeSelect
        label={say('kind')}
        data={[all, ...kinds]}
        value={wanted.kind}
        onChange={({ currentTarget }) => onChange({ ...wanted, kind: currentTarget.value as Wanted['kind'] })}
      />
      <NativeSelect
        label={say('outcome')}
        data={[all, ...outcomes]}
        value={wanted.outcome}
        onChange={({ currentTarget }) => onChange({ ...wanted, outcome: currentTarget.value as Wanted['outcome'] })}
      />
      <TextInput
        type="search"
        label={say('search')}
        placeholder={say('searchHint')}
        value={wanted.words}
        onChange={({ currentTarget }) => onChange({ ...wanted, words: currentTarget.value })}
      />
    </div>
  )
}
