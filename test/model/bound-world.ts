// The world of a bound sign-in, small enough to enumerate: one browser with requests under way, a server that decides with the real judges,
// and somebody with a copy of the cookie jar. All times are as real ones; what passes is one of a few lengths.

import type { DeviceBinding } from '../../src/domain/credential.ts'
import {
  bind,
  DEVICE_PROOF_LIFETIME,
  DEVICE_PROOF_SLACK,
  gradeMismatch,
  judgeChallenge,
  judgeDevice,
  judgeRegistration,
  nextChallengeAt,
} from '../../src/domain/device-binding.ts'
import type { ProofKey } from '../../src/domain/key-proof.ts'
import { MINUTE, SECOND } from '../../src/domain/time.ts'

/** A request of the browser on its way there, or an answer on its way back. */
export type Flight =
  | { readonly to: 'server'; readonly what: 'register' | 'read' | 'ask'; readonly proof: number | null }
  | { readonly to: 'server'; readonly what: 'renew'; readonly challengeAt: number }
  | { readonly to: 'browser'; readonly what: 'proof'; readonly proof: number; readonly challengeAt: number | null }
  | { readonly to: 'browser'; readonly what: 'challenge'; readonly challengeAt: number }
  | { readonly to: 'browser'; readonly what: 'read'; readonly ok: boolean }

export interface BoundWorld {
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
  readonly flights: readonly [Flight | null, Flight | null]
  /** How long something has been under way without a pause. */
  readonly waited: number
  /** The worst that was recorded of a request of the browser. */
  readonly recorded: 'nothing' | 'notice' | 'alarm'
  /** What somebody else got with a copy of the jar without its proof, once the browser had shown its own. */
  readonly copyGot: 'nothing' | 'a session' | 'a proof' | 'a binding'
}

export interface BoundRules {
  readonly judgeDevice: typeof judgeDevice
  readonly judgeChallenge: typeof judgeChallenge
  readonly judgeRegistration: typeof judgeRegistration
}

export const REAL_RULES: BoundRules = { judgeDevice, judgeChallenge, judgeRegistration }

const KEY: ProofKey = { crv: 'P-256', kty: 'EC', x: 'own', y: 'own' }
const OTHER_KEY: ProofKey = { ...KEY, x: 'other' }
const BROWSER = 'browser'
/** As long as requests and their answers take, all together. */
const ON_THE_WAY = 20 * SECOND
export const STARTED = 1_000_000
export const FIRST: BoundWorld = {
  now: STARTED,
  binding: null,
  offer: STARTED,
  key: 'none',
  proof: null,
  challenge: null,
  flights: [null, null],
  waited: 0,
  recorded: 'nothing',
  copyGot: 'nothing',
}

export interface BoundStep {
  readonly what: string
  readonly to: BoundWorld
}

/** Everything that can happen next. With `loses`, the browser may lose its key, as after being reset. */
export function boundSteps(world: BoundWorld, rules: BoundRules, loses: boolean): readonly BoundStep[] {
  const steps: BoundStep[] = []
  const happens = (what: string, to: BoundWorld) => steps.push({ what, to })
  for (const at of [0, 1] as const) {
    const flight = world.flights[at]
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
  const isQuiet = world.flights.every((flight) => flight === null)
  for (const time of isQuiet ? [10 * SECOND, 4 * MINUTE, 11 * MINUTE] : [10 * SECOND])
    if (isQuiet || world.waited + time <= ON_THE_WAY)
      happens(`${time} ms pass`, { ...world, now: world.now + time, waited: isQuiet ? 0 : world.waited + time })
  if (loses && world.key === 'held') happens('the key is lost', { ...world, key: 'lost', proof: null, challenge: null })
  if (world.binding?.confirmedAt) happens('a copy is used', copied(world, rules))
  return steps
}

/** What a browser sends: while it has a key and no proof, nothing but what renews it. */
function requestsOf({ key, offer, proof, challenge, now, flights }: BoundWorld): readonly Flight[] {
  const underWay = flights.flatMap((flight) => (flight === null ? [] : [flight.what]))
  if (key === 'held' && (proof === null || now >= proof - DEVICE_PROOF_SLACK)) {
    // One renewal for as many requests as are held.
    if (underWay.some((what) => what !== 'read')) return []
    return challenge === null ? [{ to: 'server', what: 'ask', proof: null }] : [{ to: 'server', what: 'renew', challengeAt: challenge }]
  }
  const read: Flight = { to: 'server', what: 'read', proof: key === 'held' ? proof : null }
  const mayRegister = key === 'none' && offer !== null && !underWay.includes('register')
  return mayRegister ? [read, { to: 'server', what: 'register', proof: null }] : [read]
}

function served(world: BoundWorld, at: 0 | 1, flight: Extract<Flight, { to: 'server' }>, rules: BoundRules): BoundWorld {
  const { now, binding, offer } = world
  const answer = (changes: Partial<BoundWorld>, flight: Flight | null) => withFlight({ ...world, ...changes }, at, flight)
  switch (flight.what) {
    case 'register': {
      const judged = rules.judgeRegistration(binding ?? undefined, KEY, offer ?? 0, now)
      if (judged === 'refuse') return answer({ offer: null }, null)
      return answer(
        { binding: judged === 'bind' ? bind(KEY, 1, now) : binding },
        { to: 'browser', what: 'proof', proof: proofFrom(now), challengeAt: null },
      )
    }
    case 'read': {
      const verdict = rules.judgeDevice(recordOf(binding), flight.proof ?? undefined, now, 'preferred')
      if (verdict.ok) {
        const confirmed = binding && flight.proof !== null ? { ...binding, confirmedAt: binding.confirmedAt || now } : binding
        return answer({ binding: confirmed }, { to: 'browser', what: 'read', ok: true })
      }
      // As far as its headers tell, the browser itself, which had sent it before.
      if (verdict.because === 'binding') return answer({}, { to: 'browser', what: 'read', ok: true })
      const grade = gradeMismatch({ userAgent: BROWSER, ...(binding && { binding }) }, { userAgent: BROWSER, skipped: false }, now)
      return answer({ recorded: world.recorded === 'alarm' ? 'alarm' : grade }, { to: 'browser', what: 'read', ok: false })
    }
    case 'ask':
      return answer({}, binding && { to: 'browser', what: 'challenge', challengeAt: nextChallengeAt(binding, now) })
    case 'renew': {
      if (binding === null) return answer({}, null)
      const judged = rules.judgeChallenge(binding, flight.challengeAt, now)
      if (judged === 'old') return answer({}, { to: 'browser', what: 'challenge', challengeAt: nextChallengeAt(binding, now) })
      const renewed =
        judged === 'again'
          ? binding
          : { ...binding, confirmedAt: binding.confirmedAt || now, challengeAt: flight.challengeAt, answeredAt: now }
      const next = nextChallengeAt(renewed, now)
      return answer({ binding: renewed }, { to: 'browser', what: 'proof', proof: proofFrom(now), challengeAt: next })
    }
  }
}

function taken(world: BoundWorld, answer: Extract<Flight, { to: 'browser' }>): BoundWorld {
  if (answer.what === 'read' || world.key === 'lost') return world
  if (answer.what === 'challenge') return { ...world, challenge: answer.challengeAt }
  return { ...world, key: 'held', offer: null, proof: Math.max(world.proof ?? 0, answer.proof), challenge: answer.challengeAt }
}

/** Everything that somebody can try who has the jar but for the proof, and a key of their own. */
function copied(world: BoundWorld, rules: BoundRules): BoundWorld {
  const { binding, now, copyGot } = world
  if (binding === null || copyGot !== 'nothing') return world
  if (rules.judgeDevice(recordOf(binding), undefined, now, 'preferred').ok) return { ...world, copyGot: 'a session' }
  if (rules.judgeRegistration(binding, OTHER_KEY, STARTED, now) !== 'refuse') return { ...world, copyGot: 'a binding' }
  return world
}

/** With nothing lost any more: whether the browser can read, having done what its half of the protocol says. */
export function canStillRead(world: BoundWorld, rules: BoundRules): boolean {
  let calm: BoundWorld = { ...world, flights: [null, null] }
  for (let turn = 0; turn < 8; turn += 1) {
    const [request] = requestsOf(calm)
    if (request === undefined || request.to !== 'server') return false
    const after = served(withFlight(calm, 0, request), 0, request, rules)
    const [answer] = after.flights
    if (answer === null || answer.to !== 'browser') return false
    if (answer.what === 'read') return answer.ok
    calm = taken(withFlight(after, 0, null), answer)
  }
  return false
}

function withFlight(world: BoundWorld, at: 0 | 1, flight: Flight | null): BoundWorld {
  const flights: BoundWorld['flights'] = at === 0 ? [flight, world.flights[1]] : [world.flights[0], flight]
  return { ...world, flights, waited: flights.every((one) => one === null) ? 0 : world.waited }
}

function recordOf(binding: DeviceBinding | null) {
  return { kind: 'session' as const, startedAt: STARTED, delivery: 'cookie' as const, ...(binding && { binding }) }
}

function proofFrom(now: number): number {
  return now + DEVICE_PROOF_LIFETIME + DEVICE_PROOF_SLACK
}
