// Which operations a reader wants to see.

import type { Operation } from '../shared/operation-text.ts'
import { type Kind, kindOf } from '../shared/operation-text.ts'

export interface Wanted {
  readonly kind: Kind | ''
  readonly outcome: Operation['outcome'] | ''
  readonly words: string
}

export const EVERYTHING: Wanted = { kind: '', outcome: '', words: '' }

/** @param textOf all that is shown of an operation, so that what can be read can be found */
export function filtered(operations: readonly Operation[], wanted: Wanted, textOf: (operation: Operation) => string): readonly Operation[] {
  const words = wanted.words.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return operations.filter((operation) => {
    if (wanted.kind !== '' && kindOf(operation) !== wanted.kind) return false
    if (wanted.outcome !== '' && operation.outcome !== wanted.outcome) return false
    if (words.length === 0) return true
    const text = textOf(operation).toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
}
