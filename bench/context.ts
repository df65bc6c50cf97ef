// What every measure is given.

import type { Row } from './rows.ts'

export interface Context {
  /** Shorter and fewer rounds: good for a look, not for a table. */
  readonly quick: boolean
  readonly rounds: number
  /** Only this is measured, and it may take its time. */
  readonly long: boolean
  /** Tells what is under way. */
  reportProgress(text: string): void
}

/** @throws Error when nothing at all could be measured */
export type Measure = (context: Context) => Promise<readonly Row[]>
