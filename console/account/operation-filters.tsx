// Chooses what of the record is shown.

import { NativeSelect, TextInput } from '@mantine/core'
import { KINDS, RESULTS } from '../shared/operation-text.ts'
import type { Wanted } from './operation-filter.ts'
import { say } from './say.ts'

interface EventFiltersProps {
  readonly wanted: Wanted
  readonly onChange: (wanted: Wanted) => void
}

export function EventFilters({ wanted, onChange }: EventFiltersProps) {
  const kinds = Object.entries(KINDS).map(([value, text]) => ({ value, label: say(text) }))
  const results = RESULTS.map((value) => ({ value, label: say(value) }))
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
        data={[all, ...results]}
        value={wanted.result}
        onChange={({ currentTarget }) => onChange({ ...wanted, result: currentTarget.value as Wanted['result'] })}
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
