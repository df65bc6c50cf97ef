// The engine: the use cases with their parts put together, and the two things that go on beside requests, following the
// endings log and sweeping.

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
  /** Credentials remembered at most. */
  readonly capacity: number
  /** Told of faults in what goes on beside requests; they are tried again. */
  readonly onFault: (what: 'flush' | 'sweep' | 'keys' | 'answer' | 'signal' | 'alarm' | 'survey', error: unknown) => void
  readonly onAlarm: (alarm: AuditEvent) => void | Promise<void>
  readonly onWarning: (warning: string) => void
  /** False where no credential is ever accepted, as in a command: then it is not among those who must hear of endings. */
  readonly acceptsCredentials: boolean
}

export interface Engine extends EngineContext {
  /** Reads the key ring and the endings log, then follows and sweeps. @throws StoreError */
  start(): Promise<void>
  /** Stops what goes on beside requests and writes the seen times that have gathered. @throws StoreError */
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
    append: (answer) => append({ kind: 'ack', ...answer, at: clock.now() }),
    onFault: (error) => onFault('answer', error),
  })
  const refusalTiming = new RefusalTiming({ hasher: options.hasher, timers })
  const keys = new KeyRing({
    store,
    signing: options.signing,
    clock,
    tokenLifetime: policy.tokenLifetime,
    algorithm: policy.tokenAlgorithm,
    acceptsCredentials: options.acceptsCredentials,
    // A command refuses nobody, and ends before anything is measured.
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
      acknowledgementRequested: (call) => acknowledgementResponder.requested(call),
      acknowledged: (answer) => acknowledgementCollector.receive(answer),
    },
  })
  const credentialCache = new CredentialCache({
    capacity: options.capacity,
    idleTimeout: policy.sessionIdleTimeout,
    deviceBinding: policy.deviceBinding,
    flushInterval: interval,
    isFeedCurrent: (now) => revocationFeed.isCurrent(now),
    observe: (session, token, by, now) => {
      const signals = detectAnomalies(session, token, by, now)
      if (signals.length > 0) void reportAnomalies(engine, session.sid, signals, by).catch((error: unknown) => onFault('signal', error))
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
    warnOnce(thing, warning) {
      if (warnedKeys.has(thing)) return
      warnedKeys.add(thing)
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
        // A sweep that takes longer than the interval is not overtaken by the next.
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
