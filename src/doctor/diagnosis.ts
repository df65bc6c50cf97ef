// What the doctor says of a deployment.

import { CHECKS } from './checks/index.ts'
import type { Finding } from './finding.ts'
import { processIdOf } from './http-exchange.ts'
import type { ProbeResult } from './visit/steps.ts'

export interface CheckResult {
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
  readonly verdicts: readonly CheckResult[]
  readonly wrong: number
  /** The user who is still there because deleting them failed; null where nothing is left. */
  readonly leftBehind: string | null
}

export function diagnose(visit: ProbeResult): Diagnosis {
  const exchanges = Object.values(visit.steps).flat()
  const verdicts = CHECKS.map(({ name, title, run }) => toCheckResult(name, title, run(visit)))
  return {
    url: visit.url.origin,
    addresses: [...new Set(visit.steps.reached.map(({ address }) => address))],
    processes: new Set(exchanges.map(processIdOf).filter((process) => process !== undefined)).size,
    verdicts,
    wrong: verdicts.filter(({ outcome }) => outcome === 'wrong').length,
    leftBehind: visit.leftBehind,
  }
}

function toCheckResult(check: string, title: string, result: readonly Finding[] | string): CheckResult {
  if (typeof result === 'string') return { check, title, outcome: 'skipped', findings: [], why: result }
  return { check, title, outcome: result.length === 0 ? 'right' : 'wrong', findings: result, why: null }
}
