// Joins pages of the audit log, newest first.

import type { AuditEventsPage } from '../../src/client/index.ts'

export function joinEvents(page: AuditEventsPage, older: AuditEventsPage): AuditEventsPage {
  return { events: [...page.events, ...older.events], next: older.next }
}

/** Joins refreshed events with the older ones already loaded, so that a refresh removes nothing from the list. */
export function withOlder(recent: AuditEventsPage, kept: AuditEventsPage | undefined): AuditEventsPage {
  const last = recent.events.at(-1)?.id
  const overlap = kept?.events.findIndex(({ id }) => id === last) ?? -1
  if (kept === undefined || overlap === -1) return recent
  return { events: [...recent.events, ...kept.events.slice(overlap + 1)], next: kept.next }
}
