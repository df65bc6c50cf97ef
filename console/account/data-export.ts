// Collects all data of the user from the server, page by page.

import type { AuditEventsPage, SignedIn } from '../../src/client/index.ts'
import { latchkey } from '../shared/latchkey.ts'
import type { Lineage } from '../shared/lineages.ts'

export interface DataExport extends SignedIn {
  readonly madeAt: string
  readonly sessions: readonly Lineage[]
  readonly events: AuditEventsPage['events']
}

const PAGE = 200

/** @param onProgress called with the number of audit events loaded so far */
export async function collectExport(signedIn: SignedIn, onProgress: (events: number) => void): Promise<DataExport> {
  onProgress(0)
  const sessions = await latchkey.sessions.list()
  const events: AuditEventsPage['events'][number][] = []
  let before: string | undefined
  do {
    const page = await latchkey.auditEvents.list({ before, limit: PAGE })
    events.push(...page.events)
    onProgress(events.length)
    before = page.next ?? undefined
  } while (before !== undefined)
  return { madeAt: new Date().toISOString(), user: signedIn.user, session: signedIn.session, sessions, events }
}
