// The world of a remembered login, small enough to enumerate: one browser with two tabs and one cookie jar, a server that
// decides with the real judge, and a thief with a copy. Secrets are numbered by their generation; a hash is the number.

import type { PresentedCredential, RememberedRecord } from '../../src/domain/credential.ts'
import { withRotatedSessionUsed, judgeRemembered, rotated } from '../../src/domain/remembered-login.ts'

/** A request of a tab, from sending to delivery. */
export type Flight =
  | { readonly at: 'server'; readonly secret: number }
  | { readonly at: 'client'; readonly session: string; readonly secret: number | null }

export interface Thief {
  readonly copied: number
  /** The newest they got. */
  readonly secret: number
  /** Of a rotation. */
  readonly session: string | null
  readonly hasUsed: boolean
  /** A session of a race in a window that their own rotation opened: got, used. */
  readonly raced: 'no' | 'got' | 'used'
}

export type Verdict = 'rotate' | 'race' | 'theft' | 'refuse'

/** What was decided on a request of the thief. */
export interface Intrusion {
  readonly verdict: Verdict
  /** True when it came outside the window. */
  readonly late: boolean
  /** True when the owner had received, and used, what replaced the secret that the thief presented. */
  readonly superseded: boolean
}

export interface World {
  readonly record: RememberedRecord
  /** True once more time has passed since the last rotation than tabs of one browser are apart. */
  readonly late: boolean
  readonly jar: { readonly secret: number; readonly session: string | null }
  readonly tabs: readonly [Flight | null, Flight | null]
  readonly thief: Thief | null
  /** Who presented the login at its latest rotation, and so opened the window that runs or ran. */
  readonly windowOf: 'owner' | 'thief'
  /** What was decided on the owner's latest request, for the claims. */
  readonly owner: Verdict | null
  /** The same of the thief's latest request. */
  readonly intrusion: Intrusion | null
  /** The lineage ended in an alarm: nothing more can happen. */
  readonly alarmed: boolean
}

export interface Rules {
  readonly raceWindow: number
  /** Changes the record before it is judged, or after a rotation: to show that the claims can fail. */
  readonly beforeJudging: (record: RememberedRecord) => RememberedRecord
  readonly previousAfter: (before: RememberedRecord, presented: number) => string
  readonly endsLostSessions: boolean
  /** Assumed: requests and answers of the browser take less time than the window. */
  readonly answersInTime: boolean
  /** Assumed: a browser is not opened again before the requests that it sent earlier have arrived. */
  readonly requestsArriveFirst: boolean
  /** Assumed: a session does not end by itself while requests of its browser are under way. */
  readonly sessionsOutliveRequests: boolean
}

const WINDOW = 30_000

export const REAL: Rules = {
  raceWindow: WINDOW,
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
export const OPENED: World = {
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
  thief: null,
  windowOf: 'owner',
  owner: null,
  intrusion: null,
  alarmed: false,
}

export interface Step {
  readonly what: string
  readonly to: World
}

/** Everything that can happen next. */
export function nextSteps(world: World, rules: Rules, withThief: boolean): readonly Step[] {
  if (world.alarmed) return []
  const calm = { ...world, owner: null, intrusion: null }
  const quiet = !rules.answersInTime || world.tabs.every((tab) => tab === null)
  const arrived = !rules.requestsArriveFirst || world.tabs.every((tab) => tab?.at !== 'server')
  const steps: Step[] = []
  for (const index of [0, 1] as const) steps.push(...tabSteps(calm, index, rules))
  if (world.jar.session !== null) {
    steps.push({ what: 'the session is used', to: { ...calm, record: used(world.record, world.jar.session) } })
  }
  if (world.jar.session !== null && arrived) {
    steps.push({ what: 'the browser is closed and opened', to: restarted(calm) })
  }
  if (quiet && !world.late) steps.push({ what: 'half an hour passes', to: { ...calm, late: true } })
  const outlived = !rules.sessionsOutliveRequests || (quiet && world.late)
  if (outlived && world.jar.session !== null) {
    steps.push({ what: 'the session ends by itself', to: { ...calm, jar: { ...world.jar, session: null } } })
  }
  if (withThief) steps.push(...thiefSteps(calm, rules))
  return steps
}

function tabSteps(world: World, index: 0 | 1, rules: Rules): readonly Step[] {
  const flight = world.tabs[index]
  const name = `tab ${index + 1}`
  if (flight === null) {
    if (world.jar.session !== null) return []
    const sent: Flight = { at: 'server', secret: world.jar.secret }
    return [{ what: `${name} presents ${world.jar.secret}`, to: withTab(world, index, sent) }]
  }
  if (flight.at === 'server') {
    const lost: Step = { what: `the request of ${name} is lost`, to: withTab(world, index, null) }
    const { verdict, after, session, secret } = present(world, flight.secret, OWNER, rules)
    const answer: Flight | null = session === null ? null : { at: 'client', session, secret }
    const windowOf = verdict === 'rotate' ? 'owner' : after.windowOf
    return [lost, { what: `the server answers ${name}: ${verdict}`, to: { ...withTab(after, index, answer), windowOf, owner: verdict } }]
  }
  const jar = { secret: flight.secret ?? world.jar.secret, session: flight.session }
  return [
    { what: `${name} receives its answer`, to: { ...withTab(world, index, null), jar } },
    { what: `the answer to ${name} is lost`, to: withTab(world, index, null) },
  ]
}

function thiefSteps(world: World, rules: Rules): readonly Step[] {
  const { thief } = world
  if (thief === null) {
    const { secret } = world.jar
    return [
      { what: `a thief copies ${secret}`, to: { ...world, thief: { copied: secret, secret, session: null, hasUsed: false, raced: 'no' } } },
    ]
  }
  const steps = [...new Set([thief.copied, thief.secret])].flatMap((secret) =>
    [OWNER, OTHER].map((device) => thiefPresents(world, thief, secret, device, rules)),
  )
  if (thief.session !== null) {
    const using = { ...world, record: used(world.record, thief.session), thief: { ...thief, hasUsed: true } }
    steps.push({ what: 'the thief uses the session', to: using })
  }
  if (thief.raced === 'got')
    steps.push({ what: 'the thief uses the session of the race', to: { ...world, thief: { ...thief, raced: 'used' } } })
  return steps
}

function thiefPresents(world: World, thief: Thief, presented: number, userAgent: string, rules: Rules): Step {
  const { verdict, after, session, secret } = present(world, presented, userAgent, rules)
  const kept = after.thief ?? thief
  const replaced = world.windowOf === 'owner' && world.record.rotatedSessionUsed && String(presented) !== world.record.hash
  const known = { ...after, intrusion: { verdict, late: world.late, superseded: replaced } }
  const what = `the thief presents ${presented} as ${userAgent} browser: ${verdict}`
  if (verdict === 'rotate') {
    return { what, to: { ...known, windowOf: 'thief', thief: { ...kept, secret: secret ?? kept.secret, session } } }
  }
  // A session got in the window of the owner's own rotation is not what the claims are about.
  if (verdict !== 'race' || world.windowOf === 'owner' || kept.raced !== 'no') return { what, to: known }
  return { what, to: { ...known, thief: { ...kept, raced: 'got' } } }
}

interface Presented {
  readonly verdict: Verdict
  readonly after: World
  readonly session: string | null
  readonly secret: number | null
}

function present(world: World, secret: number, userAgent: string, rules: Rules): Presented {
  const presented: PresentedCredential = { kind: 'remember_me', id: 'login', generation: secret, hash: String(secret) }
  const now = world.late ? world.record.rotatedAt + WINDOW + 1 : world.record.rotatedAt + WINDOW
  const judged = judgeRemembered(rules.beforeJudging(world.record), presented, { userAgent, provenUntil: undefined }, now, {
    ...rules,
    deviceBinding: 'preferred',
  })
  if (judged.verdict === 'unproven') throw new Error('Nothing is bound here.')
  const { verdict } = judged
  if (verdict === 'theft') return { verdict, after: { ...world, alarmed: true }, session: null, secret: null }
  if (verdict === 'refuse') return { verdict, after: world, session: null, secret: null }
  if (verdict === 'race') return { verdict, after: world, session: 'of a race', secret: null }
  const next = world.record.generation + 1
  const session = `of ${next}`
  const record = rotated(world.record, {
    presentedHash: rules.previousAfter(world.record, secret),
    nextHash: String(next),
    rotatedSessionId: session,
    at: 0,
    ip: '',
    userAgent,
  })
  const cutOff = judged.verdict === 'rotate' && judged.answerLost && rules.endsLostSessions
  return { verdict, after: { ...(cutOff ? withoutSessions(world) : world), record, late: false }, session, secret: next }
}

function used(record: RememberedRecord, session: string): RememberedRecord {
  return withRotatedSessionUsed(record, session) ?? record
}

/** Answers that were under way reach nobody any more; requests still reach the server. */
function restarted(world: World): World {
  return { ...world, jar: { ...world.jar, session: null }, tabs: [stillSent(world.tabs[0]), stillSent(world.tabs[1])] }
}

const stillSent = (flight: Flight | null) => (flight?.at === 'server' ? flight : null)

/** Every session of the lineage has ended. */
function withoutSessions(world: World): World {
  const thief = world.thief && { ...world.thief, session: null, raced: 'no' as const }
  return { ...world, jar: { ...world.jar, session: null }, thief }
}

function withTab(world: World, index: 0 | 1, flight: Flight | null): World {
  return { ...world, tabs: index === 0 ? [flight, world.tabs[1]] : [world.tabs[0], flight] }
}
