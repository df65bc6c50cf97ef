// Parses a time argument: an ISO 8601 date, or a time with its time zone.

import { SettingError } from '../settings.ts'

const DATE = /^\d{4}-\d\d-\d\d$/
const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/

/** In milliseconds since 1970; a date means its start in UTC. @throws SettingError with the option and the accepted forms */
export function timeArgument(option: string, text: string): number {
  const date = DATE.test(text) ? text : TIME.exec(text)?.[1]
  const at = date !== undefined && isCalendarDate(date) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) {
    throw new SettingError(
      `${option} is "${text}"; accepted: a date, such as 2026-11-24, or a time with its time zone, such as 2026-11-24T10:00:00Z.`,
    )
  }
  return at
}

/** Date.parse would read 30 February as a day in March. */
function isCalendarDate(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date)
}
