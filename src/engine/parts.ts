// What every use case is handed: the rules, the outside world behind its ports, and what this process remembers.

import type { AuditEvent } from '../domain/operation.ts'
import type { Policy } from '../domain/policy.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import type { CountryOf } from '../ports/countries.ts'
import type { KeyProofs } from '../ports/key-proofs.ts'
import type { PasswordEstimator, PasswordHasher } from '../ports/passwords.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Store } from '../ports/store.ts'
import type { Endings } from './endings.ts'
import type { KeyRing } from './key-ring.ts'
import type { RefusalTime } from './refusal-time.ts'
import type { RollAnswers } from './roll-answers.ts'
import type { RollCall } from './roll-call.ts'
import type { SignInCounts } from './sign-in-counts.ts'
import type { Turns } from './turns.ts'
import type { Verified } from './verified.ts'

export interface Parts {
  readonly policy: Policy
  readonly store: Store
  readonly clock: Clock
  readonly timers: Timers
  readonly secrets: Secrets
  readonly hasher: PasswordHasher
  readonly estimator: PasswordEstimator
  readonly keyProofs: KeyProofs
  readonly countryOf: CountryOf
  readonly keys: KeyRing
  readonly endings: Endings
  readonly rollCall: RollCall
  readonly rollAnswers: RollAnswers
  readonly verified: Verified
  readonly signInCounts: SignInCounts
  readonly refusalTime: RefusalTime
  /** Tells whoever wants to know of an alarm. Never throws. */
  readonly onAlarm: (alarm: AuditEvent) => void
  /** Tells the operator of something that a setting cures: each thing once while it runs. Never throws. */
  readonly warnOnce: (thing: string, warning: string) => void
  /** Writers of one session's data, one after another. */
  readonly dataTurns: Turns
}

/** Where a request came from: evidence for the records. */
export interface Whence {
  readonly ip: string
  /** The browser string, already bounded: see `deviceOf`. */
  readonly userAgent: string
}

/** A compare-and-set that lost this often means that something is wrong: every loss is somebody else's gain. */
export const MAX_ATTEMPTS = 1000
