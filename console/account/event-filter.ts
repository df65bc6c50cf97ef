// Filters audit events by kind, result and words.

import type { AuditEvent } from '../shared/audit-event-text.ts'
import { type Kind, kindOf, type Result, resultOf } from '../shared/audit-event-text.ts'

export interface EventFilter {
  readonly kind: Kind | ''
  readonly result: Result | ''
  readonly query: string
}

export const NO_FILTER: EventFilter = { kind: '', result: '', query: '' }

/** @param textOf returns the visible text of an event, which is searched */
export function filterEvents(
  events: readonly AuditEvent[],
  filter: EventFilter,
  textOf: (event: AuditEvent) => string,
): readonly AuditEvent[] {
  const words = filter.query.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return events.filter((event) => {
    if (filter.kind !== '' && kindOf(event) !== filter.kind) return false
    if (filter.result !== '' && resultOf(event) !== filter.result) return false
    if (words.length === 0) return true
    const text = textOf(event).toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
}
