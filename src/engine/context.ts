// The engine context: the policy, the ports, and the state of this process, passed to every use case.

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
  /** Notifies the host of an alarm. Never throws. */
  readonly onAlarm: (alarm: AuditEvent) => void
  /** Warns the operator of a problem that a setting solves: once per process and key. Never throws. */
  readonly warnOnce: (key: string, warning: string) => void
  /** Serialises the writes of one session's data. */
  readonly sessionDataLocks: KeyedMutex
}

/** Client info of a request, for records. */
export interface ClientInfo {
  readonly ip: string
  /** The User-Agent, already bounded: see `boundedUserAgent`. */
  readonly userAgent: string
}

/** A compare-and-set that fails this often means a fault: every failure means that another write succeeded. */
export const MAX_CAS_RETRIES = 1000
