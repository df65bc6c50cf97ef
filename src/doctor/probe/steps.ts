// The result of a probe: the recorded exchanges by step.

import type { Exchange } from '../http-exchange.ts'

export const STEPS = [
  'reached',
  'plain',
  'signedOut',
  'signInPage',
  'startPage',
  'otherPorts',
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
  'cookieOnly',
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
  /** Null without a service key. */
  readonly stream: StreamObservation | null
  /** The temporary user, if it could not be deleted; otherwise null. */
  readonly leftoverUser: string | null
}

export interface StreamObservation {
  readonly status: number
  readonly failure: string | null
  /** When data arrived, in milliseconds after the request. */
  readonly chunkTimes: readonly number[]
}
