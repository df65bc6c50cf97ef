// Durations in milliseconds, and their short form: 90s, 20m, 12h, 30d.

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

const UNITS: Readonly<Record<string, number>> = { s: SECOND, m: MINUTE, h: HOUR, d: DAY }

/** Parses `90s`, `20m`, `12h` or `30d`. Returns milliseconds, or undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const match = /^([1-9]\d{0,6})([smhd])$/.exec(text)
  const unit = UNITS[match?.[2] ?? '']
  return match && unit ? Number(match[1]) * unit : undefined
}

/** Whole seconds, rounded down: the unit of durations on the wire. */
export function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / SECOND)
}
