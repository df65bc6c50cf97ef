// How far an import is, in one line.

import { grouped, perSecond, timeLeft } from '../progress.ts'

export interface Tally {
  readonly rows: number
  readonly refused: number
  /** From 0 to 1, where the size of the input is known. */
  readonly share: number | undefined
}

export function progressLine({ rows, refused, share }: Tally, elapsed: number): string {
  const parts = [`${grouped(rows)} rows`, perSecond(rows, elapsed)]
  if (refused > 0) parts.push(`${grouped(refused)} refused`)
  if (share !== undefined) parts.push(`${Math.floor(share * 100)} %`)
  if (share !== undefined && share > 0) parts.push(timeLeft(share, elapsed))
  return parts.join(', ')
}
