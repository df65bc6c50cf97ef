// Formats the progress of an import as one line.

import { formatCount, perSecond, timeLeft } from '../progress.ts'

export interface ImportProgress {
  readonly rows: number
  readonly refused: number
  /** From 0 to 1, if the size of the input is known. */
  readonly fraction: number | undefined
}

export function progressLine({ rows, refused, fraction }: ImportProgress, elapsed: number): string {
  const parts = [`${formatCount(rows)} rows`, perSecond(rows, elapsed)]
  if (refused > 0) parts.push(`${formatCount(refused)} rejected`)
  if (fraction !== undefined) parts.push(`${Math.floor(fraction * 100)} %`)
  if (fraction !== undefined && fraction > 0) parts.push(timeLeft(fraction, elapsed))
  return parts.join(', ')
}
