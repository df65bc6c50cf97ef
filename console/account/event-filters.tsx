// The form fields of the event filter.

import { NativeSelect, TextInput } from '@mantine/core'
import { KINDS, RESULTS } from '../shared/audit-event-text.ts'
import type { EventFilter } from './event-filter.ts'
import { t } from './i18n.ts'

interface EventFiltersProps {
  readonly filter: EventFilter
  readonly onChange: (filter: EventFilter) => void
}

export function EventFilters({ filter, onChange }: EventFiltersProps) {
  const kinds = Object.entries(KINDS).map(([value, text]) => ({ value, label: t(text) }))
  const results = RESULTS.map((value) => ({ value, label: t(value) }))
  const all = { value: '', label: t('all') }
  return (
    <div className="filters">
      <NativeSelect
        label={t('kind')}
        data={[all, ...kinds]}
        value={filter.kind}
        onChange={({ currentTarget }) => onChange({ ...filter, kind: currentTarget.value as EventFilter['kind'] })}
      />
      <NativeSelect
        label={t('outcome')}
        data={[all, ...results]}
        value={filter.result}
        onChange={({ currentTarget }) => onChange({ ...filter, result: currentTarget.value as EventFilter['result'] })}
      />
      <TextInput
        type="search"
        label={t('search')}
        placeholder={t('searchHint')}
        value={filter.query}
        onChange={({ currentTarget }) => onChange({ ...filter, query: currentTarget.value })}
      />
    </div>
  )
}
