// Formats dates, times, durations and relative times in the language of the page.

import { language, t } from './i18n.ts'

/** British English writes "3 May 2026, 14:32", which is unambiguous, unlike 5/3/2026. */
const LOCALE = language === 'en' ? 'en-GB' : language
const dateStyle = language === 'en' ? 'medium' : 'long'
const DAY = new Intl.DateTimeFormat(LOCALE, { dateStyle })
const MOMENT = new Intl.DateTimeFormat(LOCALE, { dateStyle, timeStyle: 'short' })
const CLOCK = new Intl.DateTimeFormat(LOCALE, { timeStyle: 'short' })
const SHORT_DAY = new Intl.DateTimeFormat(LOCALE, { month: 'short', day: 'numeric' })
const RELATIVE = new Intl.RelativeTimeFormat(language, { numeric: 'always' })

const MINUTE = 60
const HOUR = 60 * MINUTE
const WHOLE_DAY = 24 * HOUR

export const formatDay = (at: string | number): string => DAY.format(new Date(at))
export const formatDateTime = (at: string | number): string => MOMENT.format(new Date(at))
export const formatTime = (at: string | number): string => CLOCK.format(new Date(at))
export const formatShortDay = (at: string | number): string => SHORT_DAY.format(new Date(at))

export function formatAgo(at: string, now = Date.now()): string {
  const seconds = Math.round((now - Date.parse(at)) / 1000)
  if (seconds < 45) return t('momentAgo')
  const [count, unit] = inUnit(seconds)
  return RELATIVE.format(-count, unit)
}

/** @param seconds from now, such as the value of Retry-After */
export function formatIn(seconds: number): string {
  const [count, unit] = seconds < 90 ? ([seconds, 'second'] as const) : inUnit(seconds)
  return RELATIVE.format(count, unit)
}

export function formatDuration(seconds: number): string {
  const [count, unit] = seconds < 60 ? ([seconds, 'second'] as const) : inUnit(seconds)
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}

function inUnit(seconds: number): readonly [number, 'minute' | 'hour' | 'day'] {
  if (seconds < 1.5 * HOUR) return [Math.max(1, Math.round(seconds / MINUTE)), 'minute']
  if (seconds < 1.5 * WHOLE_DAY) return [Math.round(seconds / HOUR), 'hour']
  return [Math.round(seconds / WHOLE_DAY), 'day']
}
