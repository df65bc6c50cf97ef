// The user's record, newest first: far enough back for the picture of the last thirty days, and further when asked.

import { useCallback } from 'react'
import type { OperationsPage } from '../../src/client/index.ts'
import { firstDay } from './activity.ts'
import { latchkey } from './latchkey.ts'
import { type Reading, useLoaded } from './use-loaded.ts'

const PAGE = 200
/** So much is read unasked; whoever has more in thirty days is told how far the picture reaches. */
const UNASKED = 1_000

export interface OperationsReading extends Reading<OperationsPage> {
  readonly more: () => Promise<void>
}

export function useOperations(): OperationsReading {
  const reading = useLoaded<OperationsPage>(readRecent)
  const { state, set } = reading

  const more = useCallback(async () => {
    if (state.status !== 'here' || state.value.next === null) return
    const older = await latchkey.operations.list({ before: state.value.next, limit: PAGE })
    set({ operations: [...state.value.operations, ...older.operations], next: older.next })
  }, [state, set])
  return { ...reading, more }
}

async function readRecent(passive: boolean): Promise<OperationsPage> {
  const since = firstDay(Date.now())
  let page = await latchkey.operations.list({ limit: PAGE, passive })
  while (page.next !== null && page.operations.length < UNASKED && Date.parse(page.operations.at(-1)?.at ?? '') >= since) {
    const older = await latchkey.operations.list({ before: page.next, limit: PAGE, passive })
    page = { operations: [...page.operations, ...older.operations], next: older.next }
  }
  return page
}
