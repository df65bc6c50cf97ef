// The context of a measure: its options and a progress callback.

import type { Row } from './rows.ts'

export interface Context {
  /** Fewer and shorter rounds: for a quick look, not for published results. */
  readonly quick: boolean
  readonly rounds: number
  /** Set when only this measure runs, so that it may take longer. */
  readonly long: boolean
  /** Reports the current step. */
  reportProgress(text: string): void
}

/** @throws Error if nothing could be measured */
export type Measure = (context: Context) => Promise<readonly Row[]>
