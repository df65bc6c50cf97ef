// The alarms and warnings in the record, and which of them this browser was told have been seen.

import type { AuditEvent } from '../shared/operation-text.ts'

const KEY = 'latchkey.alarms-seen'

export function alarmsIn(events: readonly AuditEvent[]): readonly AuditEvent[] {
  return events.filter(({ severity }) => severity === 'alarm' || severity === 'warning')
}

/**
 * Kept in this browser and not in the record: whoever has taken over a sign-in could otherwise say for its owner that all is well.
 */
export function seenAlarms(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter((id) => typeof id === 'string') : []
  } catch {
    // A browser that keeps nothing shows the alarm again, which is the safe side.
    return []
  }
}

export function storeSeenAlarm(id: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...seenAlarms(), id]))
  } catch {
    // As above.
  }
}
