// The world of a bound sign-in, small enough to enumerate: one browser with requests under way, a server that decides with the real judges,
// and somebody with a copy of the cookie jar. All times are as real ones; what passes is one of a few lengths.

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

/** A request of the browser on its way there, or an answer on its way back. */
export type MessageInFlight =
  | { readonly to: 'server'; readonly what: 'register' | 'read' | 'ask'; readonly proof: number | null }
  | { readonly to: 'server'; readonly what: 'renew'; readonly challengeAt: number }
  | { readonly to: 'browser'; readonly what: 'proof'; readonly proof: number; readonly challengeAt: number | null }
  | { readonly to: 'browser'; readonly what: 'challenge'; readonly challengeAt: number }
  | { readonly to: 'browser'; readonly what: 'read'; readonly ok: boolean }

export interface BindingState {
  readonly now: number
  readonly binding: DeviceBinding | null
  /** When the offer was made that the browser has not answered yet. */
  readonly offer: number | null
  /** The browser's half: nothing, its key, or no key any more. */
  readonly key: 'none' | 'held' | 'lost'
  /** The end of the device proof in the jar, and when the browser takes it for over. */
  readonly proof: number | null
  /** The challenge that the browser would answer. */
  readonly challenge: number | null
  readonly inFlight: readonly [MessageInFlight | null, MessageInFlight | null]
  /** How long something has been under way without a pause. */
  readonly waited: number
  /** The worst that was recorded of a request of the browser. */
  readonly recorded: 'nothing' | 'notice' | 'alarm'
  /** What somebody else got with a copy of the jar without its proof, once the browser had shown its own. */
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
/** As long as requests and their answers take, all together. */
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

/** Everything that can happen next. With `loses`, the browser may lose its key, as after being reset. */
export function nextTransitions(world: BindingState, rules: BindingRules, loses: boolean): readonly BindingTransition[] {
  const steps: BindingTransition[] = []
  const happens = (what: string, to: BindingState) => steps.push({ what, to })
  for (const at of [0, 1] as const) {
    const flight = world.inFlight[at]
    if (flight === null) {
      for (const request of requestsOf(world)) happens(`sends ${request.what}`, withFlight(world, at, request))
    } else if (flight.to === 'server') {
      happens(`${flight.what} arrives`, served(world, at, flight, rules))
      happens(`${flight.what} is lost`, withFlight(world, at, null))
    } else {
      happens(`the answer ${flight.what} arrives`, taken(withFlight(world, at, null), flight))
      happens(`the answer ${flight.what} is lost`, withFlight(world, at, null))
    }
  }
  // Assumed: requests and answers of the browser take less time than the short while for which an answer is repeated.
  const isQuiet = world.inFlight.every((flight) => flight === null)
  for (const time of isQuiet ? [10 * SECOND, 4 * MINUTE, 11 * MINUTE] : [10 * SECOND])
    if (isQuiet || world.waited + time <= MAX_TRANSIT)
      happens(`${time} ms pass`, { ...world, now: world.now + time, waited: isQuiet ? 0 : world.waited + time })
  if (loses && world.key === 'held') happens('the key is lost', { ...world, key: 'lost', proof: null, challenge: null })
  if (world.binding?.confirmedAt) happens('a copy is used', copied(world, rules))
  return steps
}

/** What a browser sends: while it has a key and no proof, nothing but what renews it. */
function requestsOf({ key, offer, proof, challenge, now, inFlight }: BindingState): readonly MessageInFlight[] {
  const underWay = inFlight.flatMap((flight) => (flight === null ? [] : [flight.what]))
  if (key === 'held' && (proof === null || now >= proof - DEVICE_PROOF_CLOCK_SKEW)) {
    // One renewal for as many requests as are held.
    if (underWay.some((what) => what !== 'read')) return []
    return challenge === null ? [{ to: 'server', what: 'ask', proof: null }] : [{ to: 'server', what: 'renew', challengeAt: challenge }]
  }
  const read: MessageInFlight = { to: 'server', what: 'read', proof: key === 'held' ? proof : null }
  const mayRegister = key === 'none' && offer !== null && !underWay.includes('register')
  return mayRegister ? [read, { to: 'server', what: 'register', proof: null }] : [read]
}

function served(world: BindingState, at: 0 | 1, flight: Extract<MessageInFlight, { to: 'server' }>, rules: BindingRules): BindingState {
  const { now, binding, offer } = world
  const answer = (changes: Partial<BindingState>, flight: MessageInFlight | null) => withFlight({ ...world, ...changes }, at, flight)
  switch (flight.what) {
    case 'register': {
      const judged = rules.evaluateRegistration(binding ?? undefined, KEY, offer ?? 0, now)
      if (judged === 'refuse') return answer({ offer: null }, null)
      return answer(
        { binding: judged === 'bind' ? createBinding(KEY, 1, now) : binding },
        { to: 'browser', what: 'proof', proof: proofFrom(now), challengeAt: null },
      )
    }
    case 'read': {
      const verdict = rules.evaluateDevice(recordOf(binding), flight.proof ?? undefined, now, 'preferred')
      if (verdict.ok) {
        const confirmed = binding && flight.proof !== null ? { ...binding, confirmedAt: binding.confirmedAt || now } : binding
        return answer({ binding: confirmed }, { to: 'browser', what: 'read', ok: true })
      }
      // As far as its headers tell, the browser itself, which had sent it before.
      if (verdict.reason === 'binding') return answer({}, { to: 'browser', what: 'read', ok: true })
      const grade = severityOfMismatch({ userAgent: BROWSER, ...(binding && { binding }) }, { userAgent: BROWSER, skipped: false }, now)
      return answer({ recorded: world.recorded === 'alarm' ? 'alarm' : grade }, { to: 'browser', what: 'read', ok: false })
    }
    case 'ask':
      return answer({}, binding && { to: 'browser', what: 'challenge', challengeAt: nextChallengeTime(binding, now) })
    case 'renew': {
      if (binding === null) return answer({}, null)
      const judged = rules.evaluateChallenge(binding, flight.challengeAt, now)
      if (judged === 'stale') return answer({}, { to: 'browser', what: 'challenge', challengeAt: nextChallengeTime(binding, now) })
      const renewed =
        judged === 'repeat'
          ? binding
          : { ...binding, confirmedAt: binding.confirmedAt || now, challengeAt: flight.challengeAt, answeredAt: now }
      const next = nextChallengeTime(renewed, now)
      return answer({ binding: renewed }, { to: 'browser', what: 'proof', proof: proofFrom(now), challengeAt: next })
    }
  }
}

function taken(world: BindingState, answer: Extract<MessageInFlight, { to: 'browser' }>): BindingState {
  if (answer.what === 'read' || world.key === 'lost') return world
  if (answer.what === 'challenge') return { ...world, challenge: answer.challengeAt }
  return { ...world, key: 'held', offer: null, proof: Math.max(world.proof ?? 0, answer.proof), challenge: answer.challengeAt }
}

/** Everything that somebody can try who has the jar but for the proof, and a key of their own. */
function copied(world: BindingState, rules: BindingRules): BindingState {
  const { binding, now, copyGot } = world
  if (binding === null || copyGot !== 'nothing') return world
  if (rules.evaluateDevice(recordOf(binding), undefined, now, 'preferred').ok) return { ...world, copyGot: 'a session' }
  if (rules.evaluateRegistration(binding, OTHER_KEY, STARTED, now) !== 'refuse') return { ...world, copyGot: 'a binding' }
  return world
}

/** With nothing lost any more: whether the browser can read, having done what its half of the protocol says. */
export function canStillRead(world: BindingState, rules: BindingRules): boolean {
  let calm: BindingState = { ...world, inFlight: [null, null] }
  for (let turn = 0; turn < 8; turn += 1) {
    const [request] = requestsOf(calm)
    if (request === undefined || request.to !== 'server') return false
    const after = served(withFlight(calm, 0, request), 0, request, rules)
    const [answer] = after.inFlight
    if (answer === null || answer.to !== 'browser') return false
    if (answer.what === 'read') return answer.ok
    calm = taken(withFlight(after, 0, null), answer)
  }
  return false
}

function withFlight(world: BindingState, at: 0 | 1, flight: MessageInFlight | null): BindingState {
  const inFlight: BindingState['inFlight'] = at === 0 ? [flight, world.inFlight[1]] : [world.inFlight[0], flight]
  return { ...world, inFlight, waited: inFlight.every((one) => one === null) ? 0 : world.waited }
}

function recordOf(binding: DeviceBinding | null) {
  return { kind: 'session' as const, startedAt: STARTED, delivery: 'cookie' as const, ...(binding && { binding }) }
}

function proofFrom(now: number): number {
  return now + DEVICE_PROOF_LIFETIME + DEVICE_PROOF_CLOCK_SKEW
}
