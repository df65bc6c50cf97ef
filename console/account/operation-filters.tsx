// Chooses what of the record is shown.

import { NativeSelect, TextInput } from '@mantine/core'
import { KINDS, RESULTS } from '../shared/operation-text.ts'
import { t } from './i18n.ts'
import type { EventFilter } from './operation-filter.ts'

interface EventFiltersProps {
  readonly wanted: EventFilter
  readonly onChange: (wanted: EventFilter) => void
}

export function EventFilters({ wanted, onChange }: EventFiltersProps) {
  const kinds = Object.entries(KINDS).map(([value, text]) => ({ value, label: t(text) }))
  const results = RESULTS.map((value) => ({ value, label: t(value) }))
  const all = { value: '', label: t('all') }
  return (
    <div className="filters">
      <NativeSelect
        label={t('kind')}
        data={[all, ...kinds]}
        value={wanted.kind}
        onChange={({ currentTarget }) => onChange({ ...wanted, kind: currentTarget.value as EventFilter['kind'] })}
      />
      <NativeSelect
        label={t('outcome')}
        data={[all, ...results]}
        value={wanted.result}
        onChange={({ currentTarget }) => onChange({ ...wanted, result: currentTarget.value as EventFilter['result'] })}
      />
      <TextInput
        type="search"
        label={t('search')}
        placeholder={t('searchHint')}
        value={wanted.query}
        onChange={({ currentTarget }) => onChange({ ...wanted, query: currentTarget.value })}
      />
    </div>
  )
}
