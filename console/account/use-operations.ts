// The user's record, newest first: far enough back for the picture of the last thirty days, and further when asked.

import { useCallback, useRef } from 'react'
import type { OperationsPage } from '../../src/client/index.ts'
import { latchkey } from '../shared/latchkey.ts'
import { type Reading, useLoaded } from '../shared/use-loaded.ts'
import { firstDay } from './activity.ts'

const PAGE = 200
/** So much is read unasked; whoever has more in thirty days is told how far the picture reaches. */
const UNASKED = 1_000

export interface OperationsReading extends Reading<OperationsPage> {
  readonly more: () => Promise<void>
}

export function useOperations(): OperationsReading {
  const kept = useRef<OperationsPage>(undefined)
  const keep = useCallback((page: OperationsPage) => {
    kept.current = page
    return page
  }, [])
  const read = useCallback(async (passive: boolean) => keep(withOlder(await readRecent(passive), kept.current)), [keep])
  const reading = useLoaded(read)
  const { set } = reading

  const more = useCallback(async () => {
    const before = kept.current?.next
    if (before === undefined || before === null) return
    const older = await latchkey.operations.list({ before, limit: PAGE })
    set(keep({ operations: [...(kept.current?.operations ?? []), ...older.operations], next: older.next }))
  }, [keep, set])
  return { ...reading, more }
}

/** What was read further back before stays, so that a refresh takes nothing away from whoever is reading there. */
function withOlder(recent: OperationsPage, kept: OperationsPage | undefined): OperationsPage {
  const last = recent.operations.at(-1)?.id
  const seam = kept?.operations.findIndex(({ id }) => id === last) ?? -1
  if (kept === undefined || seam === -1) return recent
  return { operations: [...recent.operations, ...kept.operations.slice(seam + 1)], next: kept.next }
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
