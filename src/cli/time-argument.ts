// A moment as it is typed: ISO 8601, a date alone or to the second, with its zone.

import { SettingError } from '../settings.ts'

const DATE = /^\d{4}-\d\d-\d\d$/
const TIME = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/

/** Milliseconds since 1970; of a date alone its beginning, in UTC. @throws SettingError naming the option and what is accepted */
export function timeArgument(option: string, text: string): number {
  const date = DATE.test(text) ? text : TIME.exec(text)?.[1]
  const at = date !== undefined && isCalendarDate(date) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) {
    throw new SettingError(`${option} is "${text}"; accepted: a date, like 2026-11-24, or a time with its zone, like 2026-11-24T10:00:00Z.`)
  }
  return at
}

/** 30 February would be taken for a day in March. */
function isCalendarDate(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`)
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date)
}
