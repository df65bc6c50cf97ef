// The world of a remembered login, small enough to enumerate: one browser with two tabs and one cookie jar, a server that
// decides with the real judge, and a thief with a copy. Secrets are numbered by their generation; a hash is the number.

import type { PresentedCredential, RememberedRecord } from '../../src/domain/credential.ts'
import { bornSessionUsed, judgeRemembered, rotated } from '../../src/domain/remembered-login.ts'

/** A request of a tab, from sending to delivery. */
export type Flight =
  | { readonly at: 'server'; readonly secret: number }
  | { readonly at: 'client'; readonly session: string; readonly secret: number | null }

export interface World {
  readonly record: RememberedRecord
  /** True once more time has passed since the last rotation than tabs of one browser are apart. */
  readonly late: boolean
  readonly jar: { readonly secret: number; readonly session: string | null }
  readonly tabs: readonly [Flight | null, Flight | null]
  readonly thief: { readonly secret: number; readonly session: string | null; readonly hasUsed: boolean } | null
  /** What was decided on the owner's latest request, for the claims. */
  readonly owner: 'rotate' | 'race' | 'theft' | 'refuse' | null
  /** The lineage ended in an alarm: nothing more can happen. */
  readonly alarmed: boolean
}

export interface Rules {
  readonly raceWindow: number
  /** Changes the record before it is judged, or after a rotation: to show that the claims can fail. */
  readonly beforeJudging: (record: RememberedRecord) => RememberedRecord
  readonly previousAfter: (before: RememberedRecord, presented: number) => string
  readonly endsLostSessions: boolean
}

const WINDOW = 30_000

export const REAL: Rules = {
  raceWindow: WINDOW,
  beforeJudging: (record) => record,
  previousAfter: (_, presented) => String(presented),
  endsLostSessions: true,
}

const OWNER = 'owner'
const OTHER = 'other'

/** A browser that was just opened: the remembered login is there, the session is not. */
export const OPENED: World = {
  record: {
    kind: 'remembered',
    id: 'login',
    userCode: 'usr_a',
    username: 'alice',
    lineage: 'login',
    hash: '1',
    version: 1,
    startedAt: 0,
    lastSeenAt: 0,
    expiresAt: Number.POSITIVE_INFINITY,
    authTime: 0,
    ip: '',
    device: OWNER,
    generation: 1,
    previousHash: null,
    rotatedAt: 0,
    bornSession: null,
    bornSessionUsed: false,
  },
  late: true,
  jar: { secret: 1, session: null },
  tabs: [null, null],
  thief: null,
  owner: null,
  alarmed: false,
}

export interface Step {
  readonly what: string
  readonly to: World
}

/** Everything that can happen next. */
export function nextSteps(world: World, rules: Rules, withThief: boolean): readonly Step[] {
  if (world.alarmed) return []
  const calm = { ...world, owner: null }
  const quiet = world.tabs.every((tab) => tab === null)
  const steps: Step[] = []
  for (const index of [0, 1] as const) steps.push(...tabSteps(calm, index, rules))
  if (world.jar.session !== null) {
    steps.push({ what: 'the session is used', to: { ...calm, record: used(world.record, world.jar.session) } })
  }
  // The session outlives the requests that were sent without it: a browser is not opened again before they have arrived.
  if (world.jar.session !== null && world.tabs.every((tab) => tab?.at !== 'server')) {
    steps.push({ what: 'the browser is closed and opened', to: restarted(calm) })
  }
  // Requests and answers take less than the window.
  if (quiet && !world.late) steps.push({ what: 'half an hour passes', to: { ...calm, late: true } })
  if (quiet && world.late && world.jar.session !== null) {
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
    return [lost, { what: `the server answers ${name}: ${verdict}`, to: { ...withTab(after, index, answer), owner: verdict } }]
  }
  const jar = { secret: flight.secret ?? world.jar.secret, session: flight.session }
  return [
    { what: `${name} receives its answer`, to: { ...withTab(world, index, null), jar } },
    { what: `the answer to ${name} is lost`, to: withTab(world, index, null) },
  ]
}

function thiefSteps(world: World, rules: Rules): readonly Step[] {
  const { thief } = world
  if (thief === null)
    return [
      { what: `a thief copies ${world.jar.secret}`, to: { ...world, thief: { secret: world.jar.secret, session: null, hasUsed: false } } },
    ]
  const steps = [OWNER, OTHER].map((device): Step => {
    const { verdict, after, session, secret } = present(world, thief.secret, device, rules)
    // A session given away inside the window is not what the claim is about.
    const held = { ...thief, secret: secret ?? thief.secret, session: verdict === 'rotate' ? session : (after.thief?.session ?? null) }
    return { what: `the thief presents ${thief.secret} as ${device} browser: ${verdict}`, to: { ...after, thief: held } }
  })
  if (thief.session === null) return steps
  const using = { ...world, record: used(world.record, thief.session), thief: { ...thief, hasUsed: true } }
  return [...steps, { what: 'the thief uses the session', to: using }]
}

interface Presented {
  readonly verdict: 'rotate' | 'race' | 'theft' | 'refuse'
  readonly after: World
  readonly session: string | null
  readonly secret: number | null
}

function present(world: World, secret: number, device: string, rules: Rules): Presented {
  const presented: PresentedCredential = { kind: 'remembered', id: 'login', generation: secret, hash: String(secret) }
  const now = world.late ? world.record.rotatedAt + WINDOW + 1 : world.record.rotatedAt + WINDOW
  const judged = judgeRemembered(rules.beforeJudging(world.record), presented, device, now, rules)
  const { verdict } = judged
  if (verdict === 'theft') return { verdict, after: { ...world, alarmed: true }, session: null, secret: null }
  if (verdict === 'refuse') return { verdict, after: world, session: null, secret: null }
  if (verdict === 'race') return { verdict, after: world, session: 'of a race', secret: null }
  const next = world.record.generation + 1
  const session = `of ${next}`
  const record = rotated(world.record, {
    presentedHash: rules.previousAfter(world.record, secret),
    nextHash: String(next),
    bornSession: session,
    at: 0,
    ip: '',
    device,
  })
  const lost = judged.verdict === 'rotate' && rules.endsLostSessions ? judged.lostSession : null
  return { verdict, after: { ...ended(world, lost), record, late: false }, session, secret: next }
}

function used(record: RememberedRecord, session: string): RememberedRecord {
  return bornSessionUsed(record, session) ?? record
}

/** Answers that were under way reach nobody any more. */
function restarted(world: World): World {
  return { ...world, jar: { ...world.jar, session: null }, tabs: [null, null] }
}

function ended(world: World, session: string | null): World {
  if (session === null) return world
  const jar = world.jar.session === session ? { ...world.jar, session: null } : world.jar
  const thief = world.thief?.session === session ? { ...world.thief, session: null } : world.thief
  return { ...world, jar, thief }
}

function withTab(world: World, index: 0 | 1, flight: Flight | null): World {
  return { ...world, tabs: index === 0 ? [flight, world.tabs[1]] : [world.tabs[0], flight] }
}
