// What the doctor says of a deployment.

import { CHECKS } from './checks/index.ts'
import { processOf } from './exchange.ts'
import type { Finding } from './finding.ts'
import type { Visit } from './visit/steps.ts'

export interface Verdict {
  readonly check: string
  readonly title: string
  readonly outcome: 'right' | 'wrong' | 'skipped'
  readonly findings: readonly Finding[]
  /** Why it could not be looked at; null where it was. */
  readonly why: string | null
}

export interface Diagnosis {
  readonly url: string
  readonly addresses: readonly string[]
  /** How many processes of Latchkey answered. */
  readonly processes: number
  readonly verdicts: readonly Verdict[]
  readonly wrong: number
  /** The user who is still there because deleting them failed; null where nothing is left. */
  readonly leftBehind: string | null
}

export function diagnose(visit: Visit): Diagnosis {
  const exchanges = Object.values(visit.steps).flat()
  const verdicts = CHECKS.map(({ name, title, judge }) => verdictOf(name, title, judge(visit)))
  return {
    url: visit.url.origin,
    addresses: [...new Set(visit.steps.reached.map(({ address }) => address))],
    processes: new Set(exchanges.map(processOf).filter((process) => process !== undefined)).size,
    verdicts,
    wrong: verdicts.filter(({ outcome }) => outcome === 'wrong').length,
    leftBehind: visit.leftBehind,
  }
}

function verdictOf(check: string, title: string, judged: readonly Finding[] | string): Verdict {
  if (typeof judged === 'string') return { check, title, outcome: 'skipped', findings: [], why: judged }
  return { check, title, outcome: judged.length === 0 ? 'right' : 'wrong', findings: judged, why: null }
}
