// The world of a remembered login, small enough to enumerate: one browser with two tabs and one cookie jar, a server that
// decides with the real judge, and a thief with a copy. Secrets are numbered by their generation; a hash is the number.

import type { PresentedCredential, RememberMeRecord } from '../../src/domain/credential.ts'
import { evaluateRememberMe, rotateRememberMe, withRotatedSessionUsed } from '../../src/domain/remember-me-login.ts'

/** A request of a tab, from sending to delivery. */
export type RequestInFlight =
  | { readonly at: 'server'; readonly secret: number }
  | { readonly at: 'client'; readonly session: string; readonly secret: number | null }

export interface Attacker {
  readonly copied: number
  /** The newest they got. */
  readonly secret: number
  /** Of a rotation. */
  readonly session: string | null
  readonly hasUsed: boolean
  /** A session of a race in a window that their own rotation opened: got, used. */
  readonly raced: 'no' | 'got' | 'used'
}

export type ModelDecision = 'rotate' | 'concurrent' | 'theft_suspected' | 'refuse'

/** What was decided on a request of the thief. */
export interface AttackAttempt {
  readonly verdict: ModelDecision
  /** True when it came outside the window. */
  readonly late: boolean
  /** True when the owner had received, and used, what replaced the secret that the thief presented. */
  readonly superseded: boolean
}

export interface ModelState {
  readonly record: RememberMeRecord
  /** True once more time has passed since the last rotation than tabs of one browser are apart. */
  readonly late: boolean
  readonly jar: { readonly secret: number; readonly session: string | null }
  readonly tabs: readonly [RequestInFlight | null, RequestInFlight | null]
  readonly attacker: Attacker | null
  /** Who presented the login at its latest rotation, and so opened the window that runs or ran. */
  readonly windowOf: 'owner' | 'thief'
  /** What was decided on the owner's latest request, for the claims. */
  readonly owner: ModelDecision | null
  /** The same of the thief's latest request. */
  readonly intrusion: AttackAttempt | null
  /** The lineage ended in an alarm: nothing more can happen. */
  readonly theftReported: boolean
}

export interface ModelRules {
  readonly concurrencyWindow: number
  /** Changes the record before it is judged, or after a rotation: to show that the claims can fail. */
  readonly beforeJudging: (record: RememberMeRecord) => RememberMeRecord
  readonly previousAfter: (before: RememberMeRecord, presented: number) => string
  readonly endsLostSessions: boolean
  /** Assumed: requests and answers of the browser take less time than the window. */
  readonly answersInTime: boolean
  /** Assumed: a browser is not opened again before the requests that it sent earlier have arrived. */
  readonly requestsArriveFirst: boolean
  /** Assumed: a session does not end by itself while requests of its browser are under way. */
  readonly sessionsOutliveRequests: boolean
}

const WINDOW = 30_000

export const REAL_RULES: ModelRules = {
  concurrencyWindow: WINDOW,
  beforeJudging: (record) => record,
  previousAfter: (_, presented) => String(presented),
  endsLostSessions: true,
  answersInTime: true,
  requestsArriveFirst: true,
  sessionsOutliveRequests: true,
}

const OWNER = 'owner'
const OTHER = 'other'

/** A browser that was just opened: the remembered login is there, the session is not. */
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

/** Everything that can happen next. */
export function nextTransitions(world: ModelState, rules: ModelRules, withThief: boolean): readonly Transition[] {
  if (world.theftReported) return []
  const calm = { ...world, owner: null, intrusion: null }
  const quiet = !rules.answersInTime || world.tabs.every((tab) => tab === null)
  const arrived = !rules.requestsArriveFirst || world.tabs.every((tab) => tab?.at !== 'server')
  const steps: Transition[] = []
  for (const index of [0, 1] as const) steps.push(...tabSteps(calm, index, rules))
  if (world.jar.session !== null) {
    steps.push({ what: 'the session is used', to: { ...calm, record: withSessionUsed(world.record, world.jar.session) } })
  }
  if (world.jar.session !== null && arrived) {
    steps.push({ what: 'the browser is closed and opened', to: restarted(calm) })
  }
  if (quiet && !world.late) steps.push({ what: 'half an hour passes', to: { ...calm, late: true } })
  const outlived = !rules.sessionsOutliveRequests || (quiet && world.late)
  if (outlived && world.jar.session !== null) {
    steps.push({ what: 'the session ends by itself', to: { ...calm, jar: { ...world.jar, session: null } } })
  }
  if (withThief) steps.push(...attackerSteps(calm, rules))
  return steps
}

function tabSteps(world: ModelState, index: 0 | 1, rules: ModelRules): readonly Transition[] {
  const flight = world.tabs[index]
  const name = `tab ${index + 1}`
  if (flight === null) {
    if (world.jar.session !== null) return []
    const sent: RequestInFlight = { at: 'server', secret: world.jar.secret }
    return [{ what: `${name} presents ${world.jar.secret}`, to: withTab(world, index, sent) }]
  }
  if (flight.at === 'server') {
    const lost: Transition = { what: `the request of ${name} is lost`, to: withTab(world, index, null) }
    const { verdict, after, session, secret } = presentRememberMe(world, flight.secret, OWNER, rules)
    const answer: RequestInFlight | null = session === null ? null : { at: 'client', session, secret }
    const windowOf = verdict === 'rotate' ? 'owner' : after.windowOf
    return [lost, { what: `the server answers ${name}: ${verdict}`, to: { ...withTab(after, index, answer), windowOf, owner: verdict } }]
  }
  const jar = { secret: flight.secret ?? world.jar.secret, session: flight.session }
  return [
    { what: `${name} receives its answer`, to: { ...withTab(world, index, null), jar } },
    { what: `the answer to ${name} is lost`, to: withTab(world, index, null) },
  ]
}

function attackerSteps(world: ModelState, rules: ModelRules): readonly Transition[] {
  const { attacker } = world
  if (attacker === null) {
    const { secret } = world.jar
    return [
      {
        what: `a thief copies ${secret}`,
        to: { ...world, attacker: { copied: secret, secret, session: null, hasUsed: false, raced: 'no' } },
      },
    ]
  }
  const steps = [...new Set([attacker.copied, attacker.secret])].flatMap((secret) =>
    [OWNER, OTHER].map((device) => attackerPresents(world, attacker, secret, device, rules)),
  )
  if (attacker.session !== null) {
    const using = { ...world, record: withSessionUsed(world.record, attacker.session), attacker: { ...attacker, hasUsed: true } }
    steps.push({ what: 'the thief uses the session', to: using })
  }
  if (attacker.raced === 'got')
    steps.push({ what: 'the thief uses the session of the race', to: { ...world, attacker: { ...attacker, raced: 'used' } } })
  return steps
}

function attackerPresents(world: ModelState, thief: Attacker, presented: number, userAgent: string, rules: ModelRules): Transition {
  const { verdict, after, session, secret } = presentRememberMe(world, presented, userAgent, rules)
  const kept = after.attacker ?? thief
  const replaced = world.windowOf === 'owner' && world.record.rotatedSessionUsed && String(presented) !== world.record.hash
  const known = { ...after, intrusion: { verdict, late: world.late, superseded: replaced } }
  const what = `the thief presents ${presented} as ${userAgent} browser: ${verdict}`
  if (verdict === 'rotate') {
    return { what, to: { ...known, windowOf: 'thief', attacker: { ...kept, secret: secret ?? kept.secret, session } } }
  }
  // A session got in the window of the owner's own rotation is not what the claims are about.
  if (verdict !== 'concurrent' || world.windowOf === 'owner' || kept.raced !== 'no') return { what, to: known }
  return { what, to: { ...known, attacker: { ...kept, raced: 'got' } } }
}

interface Presentation {
  readonly verdict: ModelDecision
  readonly after: ModelState
  readonly session: string | null
  readonly secret: number | null
}

function presentRememberMe(world: ModelState, secret: number, userAgent: string, rules: ModelRules): Presentation {
  const presented: PresentedCredential = { kind: 'remember_me', id: 'login', generation: secret, hash: String(secret) }
  const now = world.late ? world.record.rotatedAt + WINDOW + 1 : world.record.rotatedAt + WINDOW
  const judged = evaluateRememberMe(rules.beforeJudging(world.record), presented, { userAgent, proofValidUntil: undefined }, now, {
    ...rules,
    deviceBinding: 'preferred',
  })
  if (judged.verdict === 'device_proof_missing') throw new Error('Nothing is bound here.')
  const { verdict } = judged
  if (verdict === 'theft_suspected') return { verdict, after: { ...world, theftReported: true }, session: null, secret: null }
  if (verdict === 'refuse') return { verdict, after: world, session: null, secret: null }
  if (verdict === 'concurrent') return { verdict, after: world, session: 'of a race', secret: null }
  const next = world.record.generation + 1
  const session = `of ${next}`
  const record = rotateRememberMe(world.record, {
    presentedHash: rules.previousAfter(world.record, secret),
    nextHash: String(next),
    rotatedSessionId: session,
    at: 0,
    ip: '',
    userAgent,
  })
  const cutOff = judged.verdict === 'rotate' && judged.responseLost && rules.endsLostSessions
  return { verdict, after: { ...(cutOff ? withoutSessions(world) : world), record, late: false }, session, secret: next }
}

function withSessionUsed(record: RememberMeRecord, session: string): RememberMeRecord {
  return withRotatedSessionUsed(record, session) ?? record
}

/** Answers that were under way reach nobody any more; requests still reach the server. */
function restarted(world: ModelState): ModelState {
  return { ...world, jar: { ...world.jar, session: null }, tabs: [keepIfSent(world.tabs[0]), keepIfSent(world.tabs[1])] }
}

const keepIfSent = (flight: RequestInFlight | null) => (flight?.at === 'server' ? flight : null)

/** Every session of the lineage has ended. */
function withoutSessions(world: ModelState): ModelState {
  const attacker = world.attacker && { ...world.attacker, session: null, raced: 'no' as const }
  return { ...world, jar: { ...world.jar, session: null }, attacker }
}

function withTab(world: ModelState, index: 0 | 1, flight: RequestInFlight | null): ModelState {
  return { ...world, tabs: index === 0 ? [flight, world.tabs[1]] : [world.tabs[0], flight] }
}
