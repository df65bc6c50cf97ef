// Explores every state that is reachable in a number of steps, breadth first, so that a counterexample is the shortest one.

import { INITIAL_STATE, type ModelRules, type ModelState, nextTransitions } from './remember-me-model.ts'

export interface ExplorationResult {
  readonly states: number
  /** True when no unexplored state was left: then the property holds for sequences of any length. */
  readonly complete: boolean
  /** The steps to a state in which the property fails; undefined when it holds in all states. */
  readonly counterexample: readonly string[] | undefined
}

interface Visited {
  readonly state: ModelState
  readonly cause: Visited | undefined
  readonly what: string
}

/** @param property checked in every state */
export function explore(
  depth: number,
  rules: ModelRules,
  withAttacker: boolean,
  property: (state: ModelState) => boolean,
): ExplorationResult {
  let frontier: Visited[] = [{ state: INITIAL_STATE, cause: undefined, what: '' }]
  const seen = new Set([keyOf(INITIAL_STATE)])
  for (let step = 0; step < depth; step += 1) {
    const reached: Visited[] = []
    for (const visited of frontier) {
      for (const { what, to } of nextTransitions(visited.state, rules, withAttacker)) {
        const key = keyOf(to)
        if (seen.has(key)) continue
        seen.add(key)
        const next = { state: to, cause: visited, what }
        if (!property(to)) return { states: seen.size, complete: false, counterexample: traceOf(next) }
        reached.push(next)
      }
    }
    frontier = reached
  }
  return { states: seen.size, complete: frontier.length === 0, counterexample: undefined }
}

function traceOf(visited: Visited): readonly string[] {
  return visited.cause === undefined ? [] : [...traceOf(visited.cause), visited.what]
}

/**
 * States that differ only in the absolute generation numbers are one state. For a secret it only matters whether it is the current, the
 * previous or an older one: an older secret never becomes either of them again.
 */
function keyOf({ record, late, jar, tabs, attacker, windowOf, owner, intrusion, theftReported }: ModelState): string {
  const rank = (secret: number | null) => {
    if (secret === null) return '-'
    if (String(secret) === record.hash) return 'current'
    return String(secret) === record.previousHash ? 'previous' : 'older'
  }
  const session = (name: string | null) => (name === null ? '-' : name === record.rotatedSessionId ? 'rotated' : 'other')
  const flights = tabs.map((tab) => {
    if (tab === null) return '-'
    return tab.at === 'server' ? `s${rank(tab.secret)}` : `c${rank(tab.secret)}${session(tab.session)}`
  })
  // The tabs are interchangeable.
  flights.sort()
  return [
    record.previousHash === null,
    record.userAgent,
    record.rotatedSessionUsed,
    late,
    rank(jar.secret),
    session(jar.session),
    ...flights,
    attacker === null
      ? '-'
      : [rank(attacker.copied), rank(attacker.secret), session(attacker.session), attacker.hasUsed, attacker.concurrentSession].join(' '),
    windowOf,
    owner,
    intrusion === null ? '-' : [intrusion.verdict, intrusion.late, intrusion.superseded].join(' '),
    theftReported,
  ].join()
}
