// The alarms and warnings of the audit log, and which of them were confirmed in this browser.

import type { AuditEvent } from '../shared/audit-event-text.ts'

const KEY = 'latchkey.alarms-seen'

export function alarmsIn(events: readonly AuditEvent[]): readonly AuditEvent[] {
  return events.filter(({ severity }) => severity === 'alarm' || severity === 'warning')
}

/** Stored in this browser, not on the server: an attacker with a stolen sign-in must not be able to hide the alarm from the user. */
export function confirmedAlarms(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(stored) ? stored.filter((id) => typeof id === 'string') : []
  } catch {
    // Without storage the alarm is shown again, which is the safe choice.
    return []
  }
}

export function storeConfirmedAlarm(id: string): void {
  try {
    localStorage.setItem(KEY, JSON.stringify([...confirmedAlarms(), id]))
  } catch {
    // Without storage the alarm is shown again.
  }
}
