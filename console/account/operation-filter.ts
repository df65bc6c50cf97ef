// Which operations a reader wants to see.

import type { AuditEvent } from '../shared/operation-text.ts'
import { type Kind, kindOf, type Result, resultOf } from '../shared/operation-text.ts'

export interface EventFilter {
  readonly kind: Kind | ''
  readonly result: Result | ''
  readonly query: string
}

export const NO_FILTER: EventFilter = { kind: '', result: '', query: '' }

/** @param textOf all that is shown of an operation, so that what can be read can be found */
export function filterEvents(
  events: readonly AuditEvent[],
  wanted: EventFilter,
  textOf: (event: AuditEvent) => string,
): readonly AuditEvent[] {
  const words = wanted.query.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return events.filter((event) => {
    if (wanted.kind !== '' && kindOf(event) !== wanted.kind) return false
    if (wanted.result !== '' && resultOf(event) !== wanted.result) return false
    if (words.length === 0) return true
    const text = textOf(event).toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
}
