// What a judge may say.

import type { ProbeResult } from './visit/steps.ts'

export interface Finding {
  /** What was seen, and what follows from it. */
  readonly what: string
  /** The setting or the line that fix it. */
  readonly fix: string
}

/** Findings, none where all is right; a text says why it could not be judged. Pure: it looks at what was written down and nothing else. */
export type CheckFunction = (visit: ProbeResult) => readonly Finding[] | string

export interface Check {
  readonly name: string
  /** What is so where all is right. */
  readonly title: string
  readonly run: CheckFunction
}

export const NOT_SIGNED_IN = 'it takes a sign-in, and there was none'
export const FROM_CACHE = 'the answers came from a cache'
