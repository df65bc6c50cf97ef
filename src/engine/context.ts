// What every use case is handed: the rules, the outside world behind its ports, and what this process remembers.

import type { AuditEvent } from '../domain/audit-event.ts'
import type { Policy } from '../domain/policy.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import type { CountryLookup } from '../ports/countries.ts'
import type { PasswordEstimator, PasswordHasher } from '../ports/passwords.ts'
import type { ProofVerifier } from '../ports/proof-verifier.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Store } from '../ports/store.ts'
import type { AcknowledgementResponder } from './acknowledgement-responder.ts'
import type { CredentialCache } from './credential-cache.ts'
import type { KeyRing } from './key-ring.ts'
import type { KeyedMutex } from './keyed-mutex.ts'
import type { RefusalTiming } from './refusal-timing.ts'
import type { AcknowledgementCollector } from './revocation-acknowledgement.ts'
import type { RevocationFeed } from './revocation-feed.ts'
import type { SignInLimiter } from './sign-in-limiter.ts'

export interface EngineContext {
  readonly policy: Policy
  readonly store: Store
  readonly clock: Clock
  readonly timers: Timers
  readonly secrets: Secrets
  readonly hasher: PasswordHasher
  readonly estimator: PasswordEstimator
  readonly proofVerifier: ProofVerifier
  readonly lookUpCountry: CountryLookup
  readonly keys: KeyRing
  readonly revocationFeed: RevocationFeed
  readonly acknowledgementCollector: AcknowledgementCollector
  readonly acknowledgementResponder: AcknowledgementResponder
  readonly credentialCache: CredentialCache
  readonly signInLimiter: SignInLimiter
  readonly refusalTiming: RefusalTiming
  /** Tells whoever wants to know of an alarm. Never throws. */
  readonly onAlarm: (alarm: AuditEvent) => void
  /** Tells the operator of something that a setting cures: each thing once while it runs. Never throws. */
  readonly warnOnce: (thing: string, warning: string) => void
  /** Writers of one session's data, one after another. */
  readonly sessionDataLocks: KeyedMutex
}

/** Where a request came from: evidence for the records. */
export interface ClientInfo {
  readonly ip: string
  /** The browser string, already bounded: see `boundedUserAgent`. */
  readonly userAgent: string
}

/** A compare-and-set that lost this often means that something is wrong: every loss is somebody else's gain. */
export const MAX_CAS_RETRIES = 1000
