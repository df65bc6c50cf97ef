// The types of a check of the doctor and of its findings (problem and fix).

import type { ProbeResult } from './probe/steps.ts'

export interface Finding {
  /** The problem and its consequence. */
  readonly what: string
  /** The setting or the configuration line that fixes it. */
  readonly fix: string
}

/** Returns findings, none on a pass; or the reason why it was skipped. Pure: it reads only the recorded exchanges. */
export type CheckFunction = (result: ProbeResult) => readonly Finding[] | string

export interface Check {
  readonly name: string
  /** The statement that is true on a pass. */
  readonly title: string
  readonly run: CheckFunction
}

export const NOT_SIGNED_IN = 'the sign-in failed'
export const FROM_CACHE = 'the responses came from a cache'
