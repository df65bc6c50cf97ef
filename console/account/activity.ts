// Counts audit events by day, for the last 30 days in the time zone of the browser.

import { type AuditEvent, type Result, resultOf } from '../shared/audit-event-text.ts'

export const DAYS = 30

const COLUMNS: Readonly<Record<Result, 'done' | 'refused' | 'alarms'>> = {
  success: 'done',
  notice: 'done',
  failure: 'refused',
  rate_limited: 'refused',
  warning: 'alarms',
  alarm: 'alarms',
}

export interface DayCount {
  /** The start of the day, in milliseconds since 1970. */
  readonly day: number
  readonly done: number
  readonly refused: number
  readonly alarms: number
}

export function firstDay(now: number): number {
  return startOfDay(now, DAYS - 1)
}

export function activityOf(events: readonly Pick<AuditEvent, 'at' | 'outcome' | 'severity'>[], now: number): readonly DayCount[] {
  const counts = new Map<number, { done: number; refused: number; alarms: number }>()
  for (let back = DAYS - 1; back >= 0; back -= 1) counts.set(startOfDay(now, back), { done: 0, refused: 0, alarms: 0 })
  for (const event of events) {
    const count = counts.get(startOfDay(Date.parse(event.at), 0))
    if (count !== undefined) count[COLUMNS[resultOf(event)]] += 1
  }
  return [...counts].map(([day, count]) => ({ day, ...count }))
}

export function countOf({ done, refused, alarms }: DayCount): number {
  return done + refused + alarms
}

/** By the calendar, not by 24 hours: a day with a clock change is longer or shorter. */
function startOfDay(at: number, back: number): number {
  const date = new Date(at)
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - back).getTime()
}
