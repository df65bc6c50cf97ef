// The engine: creates the context of the use cases, and runs the background work: the revocation feed and the maintenance job.

import type { AuditEvent } from '../domain/audit-event.ts'
import { signInLimit } from '../domain/limits.ts'
import { flushInterval, type Policy } from '../domain/policy.ts'
import type { RevocationLogEntry } from '../domain/revocation.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import type { CountryLookup } from '../ports/countries.ts'
import type { PasswordEstimator, PasswordHasher } from '../ports/passwords.ts'
import type { ProofVerifier } from '../ports/proof-verifier.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Signing } from '../ports/signing.ts'
import type { Store } from '../ports/store.ts'
import { AcknowledgementResponder } from './acknowledgement-responder.ts'
import type { EngineContext } from './context.ts'
import { CredentialCache } from './credential-cache.ts'
import { isSurveyDue, surveyHashes } from './hash-survey.ts'
import { KeyRing } from './key-ring.ts'
import { KeyedMutex } from './keyed-mutex.ts'
import { flushLastSeen, sweep } from './maintenance.ts'
import { RefusalTiming } from './refusal-timing.ts'
import { AcknowledgementCollector } from './revocation-acknowledgement.ts'
import { RevocationFeed } from './revocation-feed.ts'
import { detectAnomalies, reportAnomalies } from './session-monitor.ts'
import { SignInLimiter } from './sign-in-limiter.ts'

export interface EngineOptions {
  readonly policy: Policy
  readonly store: Store
  readonly clock: Clock
  readonly timers: Timers
  readonly secrets: Secrets
  readonly signing: Signing
  readonly hasher: PasswordHasher
  readonly estimator: PasswordEstimator
  readonly proofVerifier: ProofVerifier
  readonly lookUpCountry: CountryLookup
  /** Maximum number of cached credentials. */
  readonly capacity: number
  /** Called with faults of background work, which is tried again. */
  readonly onFault: (task: 'flush' | 'sweep' | 'keys' | 'acknowledgement' | 'risk event' | 'alarm' | 'survey', error: unknown) => void
  readonly onAlarm: (alarm: AuditEvent) => void | Promise<void>
  readonly onWarning: (warning: string) => void
  /** False in a process that never accepts credentials, such as a command: it does not acknowledge revocations. */
  readonly acceptsCredentials: boolean
}

export interface Engine extends EngineContext {
  /** Reads the key ring and the revocation log, then starts the background work. @throws StoreError */
  start(): Promise<void>
  /** Stops the background work and writes pending last-seen times. @throws StoreError */
  stop(): Promise<void>
}

export function createEngine(options: EngineOptions): Engine {
  const { policy, store, clock, timers, onFault } = options
  const interval = flushInterval(policy)
  const append = async (entry: RevocationLogEntry) => {
    await store.write([{ do: 'append entry', entry }])
  }
  const acknowledgementCollector = new AcknowledgementCollector({ clock, timers, randomId: () => options.secrets.randomId(), append })
  const acknowledgementResponder = new AcknowledgementResponder({
    process: options.secrets.randomId(),
    acceptsCredentials: options.acceptsCredentials,
    append: (acknowledgement) => append({ kind: 'ack', ...acknowledgement, at: clock.now() }),
    onFault: (error) => onFault('acknowledgement', error),
  })
  const refusalTiming = new RefusalTiming({ hasher: options.hasher, timers })
  const keys = new KeyRing({
    store,
    signing: options.signing,
    clock,
    tokenLifetime: policy.tokenLifetime,
    algorithm: policy.tokenAlgorithm,
    acceptsCredentials: options.acceptsCredentials,
    // A command refuses no sign-ins, and exits before anything is measured.
    ...(options.acceptsCredentials && { onRead: ({ slowHashes }) => refusalTiming.setSamples(slowHashes?.samples ?? []) }),
  })
  const revocationFeed: RevocationFeed = new RevocationFeed({
    log: store.log,
    clock,
    timers,
    tokenLifetime: policy.tokenLifetime,
    listener: {
      sessionChanged: (sid) => credentialCache.invalidate(sid),
      keysChanged: () => void keys.read().catch((error: unknown) => onFault('keys', error)),
      acknowledgementRequested: (requestId) => acknowledgementResponder.requested(requestId),
      acknowledged: (acknowledgement) => acknowledgementCollector.receive(acknowledgement),
    },
  })
  const credentialCache = new CredentialCache({
    capacity: options.capacity,
    idleTimeout: policy.sessionIdleTimeout,
    deviceBinding: policy.deviceBinding,
    flushInterval: interval,
    isFeedCurrent: (now) => revocationFeed.isCurrent(now),
    observe: (session, token, client, now) => {
      const anomalies = detectAnomalies(session, token, client, now)
      if (anomalies.length > 0)
        void reportAnomalies(engine, session.sid, anomalies, client).catch((error: unknown) => onFault('risk event', error))
    },
    requestFlush: () => void flushLastSeen(engine).catch((error: unknown) => onFault('flush', error)),
  })
  const warnedKeys = new Set<string>()
  let stopSweeping = () => {}
  let stopMeasuring = () => {}
  let sweeping: Promise<void> | undefined
  let surveying: Promise<void> | undefined
  let stopping = false

  const surveyIfDue = () => {
    if (!options.acceptsCredentials || !isSurveyDue(engine, clock.now())) return
    surveying ??= surveyHashes(engine, () => stopping)
      .catch((error: unknown) => onFault('survey', error))
      .finally(() => {
        surveying = undefined
      })
  }

  const engine: Engine = {
    policy,
    store,
    clock,
    timers,
    secrets: options.secrets,
    hasher: options.hasher,
    estimator: options.estimator,
    proofVerifier: options.proofVerifier,
    lookUpCountry: options.lookUpCountry,
    keys,
    revocationFeed,
    acknowledgementCollector,
    acknowledgementResponder,
    credentialCache,
    signInLimiter: new SignInLimiter(signInLimit(policy.loginLimits)),
    refusalTiming,
    onAlarm(alarm) {
      void Promise.resolve(alarm)
        .then(options.onAlarm)
        .catch((error: unknown) => onFault('alarm', error))
    },
    warnOnce(key, warning) {
      if (warnedKeys.has(key)) return
      warnedKeys.add(key)
      options.onWarning(warning)
    },
    sessionDataLocks: new KeyedMutex(),

    async start() {
      await keys.initialize()
      await revocationFeed.start()
      if (options.acceptsCredentials) stopMeasuring = refusalTiming.start()
      surveyIfDue()
      stopSweeping = timers.every(interval, () => {
        surveyIfDue()
        // Sweeps never overlap, also when one takes longer than the interval.
        sweeping ??= sweep(engine)
          .catch((error: unknown) => onFault('sweep', error))
          .finally(() => {
            sweeping = undefined
          })
      })
    },

    async stop() {
      stopping = true
      stopSweeping()
      stopMeasuring()
      await sweeping
      await options.estimator.close()
      await surveying
      await revocationFeed.stop()
      await flushLastSeen(engine)
    },
  }
  return engine
}
