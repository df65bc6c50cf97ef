// Pages of a record, newest first.

import type { AuditEventsPage } from '../../src/client/index.ts'

export function joinEvents(page: AuditEventsPage, older: AuditEventsPage): AuditEventsPage {
  return { events: [...page.events, ...older.events], next: older.next }
}

/** What was read further back before stays, so that a refresh takes nothing away from whoever is reading there. */
export function withOlder(recent: AuditEventsPage, kept: AuditEventsPage | undefined): AuditEventsPage {
  const last = recent.events.at(-1)?.id
  const seam = kept?.events.findIndex(({ id }) => id === last) ?? -1
  if (kept === undefined || seam === -1) return recent
  return { events: [...recent.events, ...kept.events.slice(seam + 1)], next: kept.next }
}
