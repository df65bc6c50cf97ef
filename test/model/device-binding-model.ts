// A model of a bound sign-in, small enough to enumerate: one browser with requests in flight, a server that decides with the real rules,
// and an attacker with a copy of the cookie jar. Durations are real; the time that passes is one of a few lengths.

import type { DeviceBinding } from '../../src/domain/credential.ts'
import {
  createBinding,
  DEVICE_PROOF_CLOCK_SKEW,
  DEVICE_PROOF_LIFETIME,
  evaluateChallenge,
  evaluateDevice,
  evaluateRegistration,
  nextChallengeTime,
  severityOfMismatch,
} from '../../src/domain/device-binding.ts'
import type { EcPublicJwk } from '../../src/domain/dpop.ts'
import { MINUTE, SECOND } from '../../src/domain/time.ts'

/** A request on its way to the server, or a response on its way back. */
export type MessageInFlight =
  | { readonly to: 'server'; readonly what: 'register' | 'read' | 'ask'; readonly proof: number | null }
  | { readonly to: 'server'; readonly what: 'renew'; readonly challengeAt: number }
  | { readonly to: 'browser'; readonly what: 'proof'; readonly proof: number; readonly challengeAt: number | null }
  | { readonly to: 'browser'; readonly what: 'challenge'; readonly challengeAt: number }
  | { readonly to: 'browser'; readonly what: 'read'; readonly ok: boolean }

export interface BindingState {
  readonly now: number
  readonly binding: DeviceBinding | null
  /** When the unanswered registration offer was made. */
  readonly offer: number | null
  /** The browser's key: none yet, held, or lost. */
  readonly key: 'none' | 'held' | 'lost'
  /** The expiry of the device proof in the jar, as the browser knows it. */
  readonly proof: number | null
  /** The challenge that the browser would answer. */
  readonly challenge: number | null
  readonly inFlight: readonly [MessageInFlight | null, MessageInFlight | null]
  /** How long messages have been in flight without a pause. */
  readonly waited: number
  /** The highest severity recorded for a request of the browser. */
  readonly recorded: 'nothing' | 'notice' | 'alarm'
  /** What an attacker got with a copy of the jar without its proof, after the browser had presented its own. */
  readonly copyGot: 'nothing' | 'a session' | 'a proof' | 'a binding'
}

export interface BindingRules {
  readonly evaluateDevice: typeof evaluateDevice
  readonly evaluateChallenge: typeof evaluateChallenge
  readonly evaluateRegistration: typeof evaluateRegistration
}

export const REAL_RULES: BindingRules = { evaluateDevice, evaluateChallenge, evaluateRegistration }

const KEY: EcPublicJwk = { crv: 'P-256', kty: 'EC', x: 'own', y: 'own' }
const OTHER_KEY: EcPublicJwk = { ...KEY, x: 'other' }
const BROWSER = 'browser'
/** The maximum time for a request and its response together. */
const MAX_TRANSIT = 20 * SECOND
export const STARTED = 1_000_000
export const INITIAL_STATE: BindingState = {
  now: STARTED,
  binding: null,
  offer: STARTED,
  key: 'none',
  proof: null,
  challenge: null,
  inFlight: [null, null],
  waited: 0,
  recorded: 'nothing',
  copyGot: 'nothing',
}

export interface BindingTransition {
  readonly what: string
  readonly to: BindingState
}

/** All possible next transitions. With `loses`, the browser may lose its key, for example after a reset. */
export function nextTransitions(state: BindingState, rules: BindingRules, loses: boolean): readonly BindingTransition[] {
  const steps: BindingTransition[] = []
  const happens = (what: string, to: BindingState) => steps.push({ what, to })
  for (const at of [0, 1] as const) {
    const flight = state.inFlight[at]
    if (flight === null) {
      for (const request of requestsOf(state)) happens(`sends ${request.what}`, withFlight(state, at, request))
    } else if (flight.to === 'server') {
      happens(`${flight.what} arrives`, served(state, at, flight, rules))
      happens(`${flight.what} is lost`, withFlight(state, at, null))
    } else {
      happens(`the response ${flight.what} arrives`, taken(withFlight(state, at, null), flight))
      happens(`the response ${flight.what} is lost`, withFlight(state, at, null))
    }
  }
  // Assumption: requests and responses take less time than the replay tolerance.
  const isQuiet = state.inFlight.every((flight) => flight === null)
  for (const time of isQuiet ? [10 * SECOND, 4 * MINUTE, 11 * MINUTE] : [10 * SECOND])
    if (isQuiet || state.waited + time <= MAX_TRANSIT)
      happens(`${time} ms pass`, { ...state, now: state.now + time, waited: isQuiet ? 0 : state.waited + time })
  if (loses && state.key === 'held') happens('the key is lost', { ...state, key: 'lost', proof: null, challenge: null })
  if (state.binding?.confirmedAt) happens('a copy is used', copied(state, rules))
  return steps
}

/** The requests of the browser: while it has a key but no proof, only those that renew it. */
function requestsOf({ key, offer, proof, challenge, now, inFlight }: BindingState): readonly MessageInFlight[] {
  const pending = inFlight.flatMap((flight) => (flight === null ? [] : [flight.what]))
  if (key === 'held' && (proof === null || now >= proof - DEVICE_PROOF_CLOCK_SKEW)) {
    // One renewal for all held requests.
    if (pending.some((what) => what !== 'read')) return []
    return challenge === null ? [{ to: 'server', what: 'ask', proof: null }] : [{ to: 'server', what: 'renew', challengeAt: challenge }]
  }
  const read: MessageInFlight = { to: 'server', what: 'read', proof: key === 'held' ? proof : null }
  const mayRegister = key === 'none' && offer !== null && !pending.includes('register')
  return mayRegister ? [read, { to: 'server', what: 'register', proof: null }] : [read]
}

function served(state: BindingState, at: 0 | 1, flight: Extract<MessageInFlight, { to: 'server' }>, rules: BindingRules): BindingState {
  const { now, binding, offer } = state
  const response = (changes: Partial<BindingState>, flight: MessageInFlight | null) => withFlight({ ...state, ...changes }, at, flight)
  switch (flight.what) {
    case 'register': {
      const decision = rules.evaluateRegistration(binding ?? undefined, KEY, offer ?? 0, now)
      if (decision === 'refuse') return response({ offer: null }, null)
      return response(
        { binding: decision === 'bind' ? createBinding(KEY, 1, now) : binding },
        { to: 'browser', what: 'proof', proof: proofFrom(now), challengeAt: null },
      )
    }
    case 'read': {
      const verdict = rules.evaluateDevice(recordOf(binding), flight.proof ?? undefined, now, 'preferred')
      if (verdict.ok) {
        const confirmed = binding && flight.proof !== null ? { ...binding, confirmedAt: binding.confirmedAt || now } : binding
        return response({ binding: confirmed }, { to: 'browser', what: 'read', ok: true })
      }
      // By its headers, a request of the browser itself from before the binding.
      if (verdict.reason === 'binding') return response({}, { to: 'browser', what: 'read', ok: true })
      const severity = severityOfMismatch({ userAgent: BROWSER, ...(binding && { binding }) }, { userAgent: BROWSER, skipped: false }, now)
      return response({ recorded: state.recorded === 'alarm' ? 'alarm' : severity }, { to: 'browser', what: 'read', ok: false })
    }
    case 'ask':
      return response({}, binding && { to: 'browser', what: 'challenge', challengeAt: nextChallengeTime(binding, now) })
    case 'renew': {
      if (binding === null) return response({}, null)
      const decision = rules.evaluateChallenge(binding, flight.challengeAt, now)
      if (decision === 'stale') return response({}, { to: 'browser', what: 'challenge', challengeAt: nextChallengeTime(binding, now) })
      const renewed =
        decision === 'repeat'
          ? binding
          : { ...binding, confirmedAt: binding.confirmedAt || now, challengeAt: flight.challengeAt, answeredAt: now }
      const next = nextChallengeTime(renewed, now)
      return response({ binding: renewed }, { to: 'browser', what: 'proof', proof: proofFrom(now), challengeAt: next })
    }
  }
}

function taken(state: BindingState, response: Extract<MessageInFlight, { to: 'browser' }>): BindingState {
  if (response.what === 'read' || state.key === 'lost') return state
  if (response.what === 'challenge') return { ...state, challenge: response.challengeAt }
  return { ...state, key: 'held', offer: null, proof: Math.max(state.proof ?? 0, response.proof), challenge: response.challengeAt }
}

/** Everything that an attacker can try with the jar but without the proof, and with a key of their own. */
function copied(state: BindingState, rules: BindingRules): BindingState {
  const { binding, now, copyGot } = state
  if (binding === null || copyGot !== 'nothing') return state
  if (rules.evaluateDevice(recordOf(binding), undefined, now, 'preferred').ok) return { ...state, copyGot: 'a session' }
  if (rules.evaluateRegistration(binding, OTHER_KEY, STARTED, now) !== 'refuse') return { ...state, copyGot: 'a binding' }
  return state
}

/** Whether the browser can read when no further message is lost and it follows its half of the protocol. */
export function canStillRead(state: BindingState, rules: BindingRules): boolean {
  let calm: BindingState = { ...state, inFlight: [null, null] }
  for (let turn = 0; turn < 8; turn += 1) {
    const [request] = requestsOf(calm)
    if (request === undefined || request.to !== 'server') return false
    const after = served(withFlight(calm, 0, request), 0, request, rules)
    const [response] = after.inFlight
    if (response === null || response.to !== 'browser') return false
    if (response.what === 'read') return response.ok
    calm = taken(withFlight(after, 0, null), response)
  }
  return false
}

function withFlight(state: BindingState, at: 0 | 1, flight: MessageInFlight | null): BindingState {
  const inFlight: BindingState['inFlight'] = at === 0 ? [flight, state.inFlight[1]] : [state.inFlight[0], flight]
  return { ...state, inFlight, waited: inFlight.every((one) => one === null) ? 0 : state.waited }
}

function recordOf(binding: DeviceBinding | null) {
  return { kind: 'session' as const, startedAt: STARTED, delivery: 'cookie' as const, ...(binding && { binding }) }
}

function proofFrom(now: number): number {
  return now + DEVICE_PROOF_LIFETIME + DEVICE_PROOF_CLOCK_SKEW
}
