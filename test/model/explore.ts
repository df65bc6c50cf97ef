// Every world that can be reached in so many steps, breadth first, so that what is found is found by the shortest way.

import { INITIAL_STATE, type ModelRules, type ModelState, nextTransitions } from './remember-me-model.ts'

export interface ExplorationResult {
  readonly worlds: number
  /** True when no world was left to go on from: what holds then holds however long it goes on. */
  readonly complete: boolean
  /** The steps that lead to a world where the claim fails; undefined when it holds in all of them. */
  readonly counterexample: readonly string[] | undefined
}

interface Visited {
  readonly world: ModelState
  readonly cause: Visited | undefined
  readonly what: string
}

/** @param claim the claim, asked of every world */
export function explore(depth: number, rules: ModelRules, withThief: boolean, claim: (world: ModelState) => boolean): ExplorationResult {
  let frontier: Visited[] = [{ world: INITIAL_STATE, cause: undefined, what: '' }]
  const seen = new Set([keyOf(INITIAL_STATE)])
  for (let step = 0; step < depth; step += 1) {
    const reached: Visited[] = []
    for (const visited of frontier) {
      for (const { what, to } of nextTransitions(visited.world, rules, withThief)) {
        const key = keyOf(to)
        if (seen.has(key)) continue
        seen.add(key)
        const next = { world: to, cause: visited, what }
        if (!claim(to)) return { worlds: seen.size, complete: false, counterexample: traceOf(next) }
        reached.push(next)
      }
    }
    frontier = reached
  }
  return { worlds: seen.size, complete: frontier.length === 0, counterexample: undefined }
}

function traceOf(visited: Visited): readonly string[] {
  return visited.cause === undefined ? [] : [...traceOf(visited.cause), visited.what]
}

/**
 * Worlds that differ in nothing but how far the generations have counted are one world. Of a secret it matters only whether
 * it is the current one, the previous one or an older one: an older one never becomes either of them again.
 */
function keyOf({ record, late, jar, tabs, attacker, windowOf, owner, intrusion, theftReported }: ModelState): string {
  const rank = (secret: number | null) => {
    if (secret === null) return '-'
    if (String(secret) === record.hash) return 'current'
    return String(secret) === record.previousHash ? 'previous' : 'older'
  }
  const session = (name: string | null) => (name === null ? '-' : name === record.rotatedSessionId ? 'born' : 'other')
  const flights = tabs.map((tab) => {
    if (tab === null) return '-'
    return tab.at === 'server' ? `s${rank(tab.secret)}` : `c${rank(tab.secret)}${session(tab.session)}`
  })
  // The tabs are alike: which of them is first makes no difference.
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
      : [rank(attacker.copied), rank(attacker.secret), session(attacker.session), attacker.hasUsed, attacker.raced].join(' '),
    windowOf,
    owner,
    intrusion === null ? '-' : [intrusion.verdict, intrusion.late, intrusion.superseded].join(' '),
    theftReported,
  ].join()
}
