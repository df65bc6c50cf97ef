// The user's record, newest first: far enough back for the picture of the last thirty days, and further when asked.

import type { OperationsPage } from '../../src/client/index.ts'
import { latchkey } from '../shared/latchkey.ts'
import { joinOperations, withOlder } from '../shared/operations-pages.ts'
import { type Paged, usePaged } from '../shared/use-paged.ts'
import { firstDay } from './activity.ts'

const PAGE = 200
/** So much is read unasked; whoever has more in thirty days is told how far the picture reaches. */
const UNASKED = 1_000

export function useOperations(): Paged<OperationsPage> {
  return usePaged({ read, readOn, join: joinOperations })
}

async function read(passive: boolean, current: () => OperationsPage | undefined): Promise<OperationsPage> {
  const recent = await readRecent(passive)
  return withOlder(recent, current())
}

const readOn = (cursor: string): Promise<OperationsPage> => latchkey.operations.list({ before: cursor, limit: PAGE })

async function readRecent(passive: boolean): Promise<OperationsPage> {
  const since = firstDay(Date.now())
  let page = await latchkey.operations.list({ limit: PAGE, passive })
  while (page.next !== null && page.operations.length < UNASKED && Date.parse(page.operations.at(-1)?.at ?? '') >= since) {
    const older = await latchkey.operations.list({ before: page.next, limit: PAGE, passive })
    page = joinOperations(page, older)
  }
  return page
}
