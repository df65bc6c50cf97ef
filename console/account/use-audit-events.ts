// The audit log of the user, newest first: the last 30 days for the chart, and older pages on request.

import type { AuditEventsPage } from '../../src/client/index.ts'
import { joinEvents, withOlder } from '../shared/audit-event-pages.ts'
import { latchkey } from '../shared/latchkey.ts'
import { type Paged, usePaged } from '../shared/use-paged.ts'
import { firstDay } from './activity.ts'

const PAGE = 200
/** The most events that are loaded without a request; with more, the chart says how far back it reaches. */
const MAX_INITIAL = 1_000

export function useAuditEvents(): Paged<AuditEventsPage> {
  return usePaged({ read, readNext, join: joinEvents })
}

async function read(passive: boolean, current: () => AuditEventsPage | undefined): Promise<AuditEventsPage> {
  const recent = await readRecent(passive)
  return withOlder(recent, current())
}

const readNext = (cursor: string): Promise<AuditEventsPage> => latchkey.auditEvents.list({ before: cursor, limit: PAGE })

async function readRecent(passive: boolean): Promise<AuditEventsPage> {
  const since = firstDay(Date.now())
  let page = await latchkey.auditEvents.list({ limit: PAGE, passive })
  while (page.next !== null && page.events.length < MAX_INITIAL && Date.parse(page.events.at(-1)?.at ?? '') >= since) {
    const older = await latchkey.auditEvents.list({ before: page.next, limit: PAGE, passive })
    page = joinEvents(page, older)
  }
  return page
}
