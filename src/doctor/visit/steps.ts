// What a visit writes down: every exchange, under the name of the step it belonged to.

import type { Exchange } from '../http-exchange.ts'

export const STEPS = [
  'reached',
  'plain',
  'signedOut',
  'signInPage',
  'startPage',
  'neighbours',
  'metrics',
  'lab',
  'publicKeys',
  'metadata',
  'signIn',
  'byCookie',
  'byToken',
  'patch',
  'put',
  'delete',
  'cookieAlone',
  'ownOrigin',
  'foreignOrigin',
  'crossSite',
  'foreignRead',
  'foreignPreflight',
  'allowedPreflight',
  'allowedRead',
  'tokens',
  'sessions',
  'forgedSignIn',
  'forgedSessions',
  'logout',
  'afterLogout',
  'guesses',
  'skewedGuesses',
] as const

export type Step = (typeof STEPS)[number]

export interface ProbeResult {
  readonly url: URL
  readonly steps: Readonly<Record<Step, readonly Exchange[]>>
  /** When the stream of endings brought something, in milliseconds after it began; null where no service key was given. */
  readonly stream: StreamObservation | null
  /** The user who could not be deleted again; null where none was left. */
  readonly leftBehind: string | null
}

export interface StreamObservation {
  readonly status: number
  readonly failure: string | null
  readonly chunkTimes: readonly number[]
}
