// A model of a remember-me login, small enough to enumerate: one browser with two tabs and one cookie jar, a server that decides with the
// real rules, and an attacker with a copy. Secrets are numbered by their generation; a hash is the number.

import type { PresentedCredential, RememberMeRecord } from '../../src/domain/credential.ts'
import { evaluateRememberMe, rotateRememberMe, withRotatedSessionUsed } from '../../src/domain/remember-me-login.ts'

/** A request of a tab, from sending to the response. */
export type RequestInFlight =
  | { readonly at: 'server'; readonly secret: number }
  | { readonly at: 'client'; readonly session: string; readonly secret: number | null }

export interface Attacker {
  readonly copied: number
  /** The newest secret that they got. */
  readonly secret: number
  /** The session of a rotation. */
  readonly session: string | null
  readonly hasUsed: boolean
  /** A concurrent session in a window that their own rotation opened: got, used. */
  readonly concurrentSession: 'no' | 'got' | 'used'
}

export type ModelDecision = 'rotate' | 'concurrent' | 'theft_suspected' | 'refuse'

/** The decision on a request of the attacker. */
export interface AttackAttempt {
  readonly verdict: ModelDecision
  /** True when it was outside the concurrency window. */
  readonly late: boolean
  /** True when the owner had received and used the secret that replaced the presented one. */
  readonly superseded: boolean
}

export interface ModelState {
  readonly record: RememberMeRecord
  /** True once the concurrency window after the last rotation is over. */
  readonly late: boolean
  readonly jar: { readonly secret: number; readonly session: string | null }
  readonly tabs: readonly [RequestInFlight | null, RequestInFlight | null]
  readonly attacker: Attacker | null
  /** Whose request caused the latest rotation, and so opened the current window. */
  readonly windowOf: 'owner' | 'attacker'
  /** The decision on the owner's latest request. */
  readonly owner: ModelDecision | null
  /** The same for the attacker's latest request. */
  readonly intrusion: AttackAttempt | null
  /** The lineage was revoked with an alarm: nothing more can happen. */
  readonly theftReported: boolean
}

export interface ModelRules {
  readonly concurrencyWindow: number
  /** Changes the record before the evaluation, or after a rotation: to show that the properties can fail. */
  readonly beforeEvaluation: (record: RememberMeRecord) => RememberMeRecord
  readonly previousAfter: (before: RememberMeRecord, presented: number) => string
  readonly revokesLostSessions: boolean
  /** Assumption: a request and its response take less time than the window. */
  readonly respondsInTime: boolean
  /** Assumption: a browser is not reopened before its earlier requests have arrived. */
  readonly requestsArriveFirst: boolean
  /** Assumption: a session does not expire while requests of its browser are in flight. */
  readonly sessionsOutliveRequests: boolean
}

const WINDOW = 30_000

export const REAL_RULES: ModelRules = {
  concurrencyWindow: WINDOW,
  beforeEvaluation: (record) => record,
  previousAfter: (_, presented) => String(presented),
  revokesLostSessions: true,
  respondsInTime: true,
  requestsArriveFirst: true,
  sessionsOutliveRequests: true,
}

const OWNER = 'owner'
const OTHER = 'other'

/** A browser that was just opened: it has the remember-me login, but no session. */
export const INITIAL_STATE: ModelState = {
  record: {
    kind: 'remember_me',
    id: 'login',
    userId: 'usr_a',
    username: 'alice',
    lineage: 'login',
    hash: '1',
    version: 1,
    startedAt: 0,
    lastSeenAt: 0,
    expiresAt: Number.POSITIVE_INFINITY,
    authTime: 0,
    ip: '',
    userAgent: OWNER,
    generation: 1,
    previousHash: null,
    rotatedAt: 0,
    rotatedSessionId: null,
    rotatedSessionUsed: false,
  },
  late: true,
  jar: { secret: 1, session: null },
  tabs: [null, null],
  attacker: null,
  windowOf: 'owner',
  owner: null,
  intrusion: null,
  theftReported: false,
}

export interface Transition {
  readonly what: string
  readonly to: ModelState
}

/** All possible next transitions. */
export function nextTransitions(state: ModelState, rules: ModelRules, withAttacker: boolean): readonly Transition[] {
  if (state.theftReported) return []
  const calm = { ...state, owner: null, intrusion: null }
  const quiet = !rules.respondsInTime || state.tabs.every((tab) => tab === null)
  const arrived = !rules.requestsArriveFirst || state.tabs.every((tab) => tab?.at !== 'server')
  const steps: Transition[] = []
  for (const index of [0, 1] as const) steps.push(...tabSteps(calm, index, rules))
  if (state.jar.session !== null) {
    steps.push({ what: 'the session is used', to: { ...calm, record: withSessionUsed(state.record, state.jar.session) } })
  }
  if (state.jar.session !== null && arrived) {
    steps.push({ what: 'the browser is closed and reopened', to: restarted(calm) })
  }
  if (quiet && !state.late) steps.push({ what: 'half an hour passes', to: { ...calm, late: true } })
  const outlived = !rules.sessionsOutliveRequests || (quiet && state.late)
  if (outlived && state.jar.session !== null) {
    steps.push({ what: 'the session expires', to: { ...calm, jar: { ...state.jar, session: null } } })
  }
  if (withAttacker) steps.push(...attackerSteps(calm, rules))
  return steps
}

function tabSteps(state: ModelState, index: 0 | 1, rules: ModelRules): readonly Transition[] {
  const flight = state.tabs[index]
  const name = `tab ${index + 1}`
  if (flight === null) {
    if (state.jar.session !== null) return []
    const sent: RequestInFlight = { at: 'server', secret: state.jar.secret }
    return [{ what: `${name} presents ${state.jar.secret}`, to: withTab(state, index, sent) }]
  }
  if (flight.at === 'server') {
    const lost: Transition = { what: `the request of ${name} is lost`, to: withTab(state, index, null) }
    const { verdict, after, session, secret } = presentRememberMe(state, flight.secret, OWNER, rules)
    const response: RequestInFlight | null = session === null ? null : { at: 'client', session, secret }
    const windowOf = verdict === 'rotate' ? 'owner' : after.windowOf
    return [
      lost,
      { what: `the server responds to ${name}: ${verdict}`, to: { ...withTab(after, index, response), windowOf, owner: verdict } },
    ]
  }
  const jar = { secret: flight.secret ?? state.jar.secret, session: flight.session }
  return [
    { what: `${name} receives its response`, to: { ...withTab(state, index, null), jar } },
    { what: `the response to ${name} is lost`, to: withTab(state, index, null) },
  ]
}

function attackerSteps(state: ModelState, rules: ModelRules): readonly Transition[] {
  const { attacker } = state
  if (attacker === null) {
    const { secret } = state.jar
    return [
      {
        what: `an attacker copies ${secret}`,
        to: { ...state, attacker: { copied: secret, secret, session: null, hasUsed: false, concurrentSession: 'no' } },
      },
    ]
  }
  const steps = [...new Set([attacker.copied, attacker.secret])].flatMap((secret) =>
    [OWNER, OTHER].map((device) => attackerPresents(state, attacker, secret, device, rules)),
  )
  if (attacker.session !== null) {
    const using = { ...state, record: withSessionUsed(state.record, attacker.session), attacker: { ...attacker, hasUsed: true } }
    steps.push({ what: 'the attacker uses the session', to: using })
  }
  if (attacker.concurrentSession === 'got')
    steps.push({ what: 'the attacker uses the concurrent session', to: { ...state, attacker: { ...attacker, concurrentSession: 'used' } } })
  return steps
}

function attackerPresents(state: ModelState, attacker: Attacker, presented: number, userAgent: string, rules: ModelRules): Transition {
  const { verdict, after, session, secret } = presentRememberMe(state, presented, userAgent, rules)
  const kept = after.attacker ?? attacker
  const replaced = state.windowOf === 'owner' && state.record.rotatedSessionUsed && String(presented) !== state.record.hash
  const known = { ...after, intrusion: { verdict, late: state.late, superseded: replaced } }
  const what = `the attacker presents ${presented} as ${userAgent} browser: ${verdict}`
  if (verdict === 'rotate') {
    return { what, to: { ...known, windowOf: 'attacker', attacker: { ...kept, secret: secret ?? kept.secret, session } } }
  }
  // The properties do not cover a session from the window of the owner's own rotation.
  if (verdict !== 'concurrent' || state.windowOf === 'owner' || kept.concurrentSession !== 'no') return { what, to: known }
  return { what, to: { ...known, attacker: { ...kept, concurrentSession: 'got' } } }
}

interface Presentation {
  readonly verdict: ModelDecision
  readonly after: ModelState
  readonly session: string | null
  readonly secret: number | null
}

function presentRememberMe(state: ModelState, secret: number, userAgent: string, rules: ModelRules): Presentation {
  const presented: PresentedCredential = { kind: 'remember_me', id: 'login', generation: secret, hash: String(secret) }
  const now = state.late ? state.record.rotatedAt + WINDOW + 1 : state.record.rotatedAt + WINDOW
  const evaluation = evaluateRememberMe(rules.beforeEvaluation(state.record), presented, { userAgent, proofValidUntil: undefined }, now, {
    ...rules,
    deviceBinding: 'preferred',
  })
  if (evaluation.verdict === 'device_proof_missing') throw new Error('The model has no device binding.')
  const { verdict } = evaluation
  if (verdict === 'theft_suspected') return { verdict, after: { ...state, theftReported: true }, session: null, secret: null }
  if (verdict === 'refuse') return { verdict, after: state, session: null, secret: null }
  if (verdict === 'concurrent') return { verdict, after: state, session: 'concurrent', secret: null }
  const next = state.record.generation + 1
  const session = `of ${next}`
  const record = rotateRememberMe(state.record, {
    presentedHash: rules.previousAfter(state.record, secret),
    nextHash: String(next),
    rotatedSessionId: session,
    at: 0,
    ip: '',
    userAgent,
  })
  const revokesSessions = evaluation.verdict === 'rotate' && evaluation.responseLost && rules.revokesLostSessions
  return { verdict, after: { ...(revokesSessions ? withoutSessions(state) : state), record, late: false }, session, secret: next }
}

function withSessionUsed(record: RememberMeRecord, session: string): RememberMeRecord {
  return withRotatedSessionUsed(record, session) ?? record
}

/** Responses in flight are lost; requests still reach the server. */
function restarted(state: ModelState): ModelState {
  return { ...state, jar: { ...state.jar, session: null }, tabs: [keepIfSent(state.tabs[0]), keepIfSent(state.tabs[1])] }
}

const keepIfSent = (flight: RequestInFlight | null) => (flight?.at === 'server' ? flight : null)

/** Revokes every session of the lineage. */
function withoutSessions(state: ModelState): ModelState {
  const attacker = state.attacker && { ...state.attacker, session: null, concurrentSession: 'no' as const }
  return { ...state, jar: { ...state.jar, session: null }, attacker }
}

function withTab(state: ModelState, index: 0 | 1, flight: RequestInFlight | null): ModelState {
  return { ...state, tabs: index === 0 ? [flight, state.tabs[1]] : [state.tabs[0], flight] }
}
