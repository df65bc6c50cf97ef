// The engine: the use cases with their parts put together, and the two things that go on beside requests, following the
// endings log and sweeping.

import type { LogEntry } from '../domain/ending.ts'
import { signInLimit } from '../domain/limits.ts'
import type { AuditEvent } from '../domain/operation.ts'
import { flushInterval, type Policy } from '../domain/policy.ts'
import type { Clock, Timers } from '../ports/clock.ts'
import type { CountryOf } from '../ports/countries.ts'
import type { KeyProofs } from '../ports/key-proofs.ts'
import type { PasswordEstimator, PasswordHasher } from '../ports/passwords.ts'
import type { Secrets } from '../ports/secrets.ts'
import type { Signing } from '../ports/signing.ts'
import type { Store } from '../ports/store.ts'
import { Endings } from './endings.ts'
import { isSurveyDue, surveyHashes } from './hash-survey.ts'
import { flushSeen, sweep } from './janitor.ts'
import { KeyRing } from './key-ring.ts'
import { signalsOf, tellSignals } from './lookout.ts'
import type { Parts } from './parts.ts'
import { RefusalTime } from './refusal-time.ts'
import { RollAnswers } from './roll-answers.ts'
import { RollCall } from './roll-call.ts'
import { SignInCounts } from './sign-in-counts.ts'
import { Turns } from './turns.ts'
import { Verified } from './verified.ts'

export interface EngineOptions {
  readonly policy: Policy
  readonly store: Store
  readonly clock: Clock
  readonly timers: Timers
  readonly secrets: Secrets
  readonly signing: Signing
  readonly hasher: PasswordHasher
  readonly estimator: PasswordEstimator
  readonly keyProofs: KeyProofs
  readonly countryOf: CountryOf
  /** Credentials remembered at most. */
  readonly capacity: number
  /** Told of faults in what goes on beside requests; they are tried again. */
  readonly onFault: (what: 'flush' | 'sweep' | 'keys' | 'answer' | 'signal' | 'alarm' | 'survey', error: unknown) => void
  readonly onAlarm: (alarm: AuditEvent) => void | Promise<void>
  readonly onWarning: (warning: string) => void
  /** False where no credential is ever accepted, as in a command: then it is not among those who must hear of endings. */
  readonly serves: boolean
}

export interface Engine extends Parts {
  /** Reads the key ring and the endings log, then follows and sweeps. @throws StoreError */
  start(): Promise<void>
  /** Stops what goes on beside requests and writes the seen times that have gathered. @throws StoreError */
  stop(): Promise<void>
}

export function createEngine(options: EngineOptions): Engine {
  const { policy, store, clock, timers, onFault } = options
  const interval = flushInterval(policy)
  const append = async (entry: LogEntry) => {
    await store.write([{ do: 'append entry', entry }])
  }
  const rollCall = new RollCall({ clock, timers, randomId: () => options.secrets.randomId(), append })
  const rollAnswers = new RollAnswers({
    process: options.secrets.randomId(),
    serves: options.serves,
    append: (answer) => append({ kind: 'ack', ...answer, at: clock.now() }),
    onFault: (error) => onFault('answer', error),
  })
  const refusalTime = new RefusalTime({ hasher: options.hasher, timers })
  const keys = new KeyRing({
    store,
    signing: options.signing,
    clock,
    tokenLifetime: policy.tokenLifetime,
    algorithm: policy.tokenAlgorithm,
    serves: options.serves,
    // A command refuses nobody, and ends before anything is measured.
    ...(options.serves && { onRead: ({ slowHashes }) => refusalTime.know(slowHashes?.samples ?? []) }),
  })
  const endings: Endings = new Endings({
    log: store.log,
    clock,
    timers,
    tokenLifetime: policy.tokenLifetime,
    listener: {
      forget: (sid) => verified.forget(sid),
      keysChanged: () => void keys.read().catch((error: unknown) => onFault('keys', error)),
      called: (call) => rollAnswers.heard(call),
      answered: (answer) => rollCall.answered(answer),
    },
  })
  const verified = new Verified({
    capacity: options.capacity,
    idleTimeout: policy.sessionIdleTimeout,
    deviceBinding: policy.deviceBinding,
    flushInterval: interval,
    isHeard: (now) => endings.isHeard(now),
    look: (session, token, by, now) => {
      const signals = signalsOf(session, token, by, now)
      if (signals.length > 0) void tellSignals(engine, session.sid, signals, by).catch((error: unknown) => onFault('signal', error))
    },
    flushSoon: () => void flushSeen(engine).catch((error: unknown) => onFault('flush', error)),
  })
  const warned = new Set<string>()
  let stopSweeping = () => {}
  let stopMeasuring = () => {}
  let sweeping: Promise<void> | undefined
  let surveying: Promise<void> | undefined
  let stopping = false

  const surveyWhereDue = () => {
    if (!options.serves || !isSurveyDue(engine, clock.now())) return
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
    keyProofs: options.keyProofs,
    countryOf: options.countryOf,
    keys,
    endings,
    rollCall,
    rollAnswers,
    verified,
    signInCounts: new SignInCounts(signInLimit(policy.loginLimits)),
    refusalTime,
    onAlarm(alarm) {
      void Promise.resolve(alarm)
        .then(options.onAlarm)
        .catch((error: unknown) => onFault('alarm', error))
    },
    warnOnce(thing, warning) {
      if (warned.has(thing)) return
      warned.add(thing)
      options.onWarning(warning)
    },
    dataTurns: new Turns(),

    async start() {
      await keys.begin()
      await endings.start()
      if (options.serves) stopMeasuring = refusalTime.start()
      surveyWhereDue()
      stopSweeping = timers.every(interval, () => {
        surveyWhereDue()
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
      await endings.stop()
      await flushSeen(engine)
    },
  }
  return engine
}
