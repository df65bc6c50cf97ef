// The diagnosis: runs all checks over the recorded exchanges.

import { CHECKS } from './checks/index.ts'
import type { Finding } from './finding.ts'
import { processIdOf } from './http-exchange.ts'
import type { ProbeResult } from './probe/steps.ts'

export interface CheckResult {
  readonly check: string
  readonly title: string
  readonly outcome: 'pass' | 'fail' | 'skipped'
  readonly findings: readonly Finding[]
  /** Why the check was skipped; otherwise null. */
  readonly reason: string | null
}

export interface Diagnosis {
  readonly url: string
  readonly addresses: readonly string[]
  /** How many Latchkey processes answered. */
  readonly processes: number
  readonly checks: readonly CheckResult[]
  /** How many checks failed. */
  readonly failed: number
  /** The temporary user, if it could not be deleted; otherwise null. */
  readonly leftoverUser: string | null
}

export function diagnose(result: ProbeResult): Diagnosis {
  const exchanges = Object.values(result.steps).flat()
  const checks = CHECKS.map(({ name, title, run }) => toCheckResult(name, title, run(result)))
  return {
    url: result.url.origin,
    addresses: [...new Set(result.steps.reached.map(({ address }) => address))],
    processes: new Set(exchanges.map(processIdOf).filter((process) => process !== undefined)).size,
    checks,
    failed: checks.filter(({ outcome }) => outcome === 'fail').length,
    leftoverUser: result.leftoverUser,
  }
}

function toCheckResult(check: string, title: string, result: readonly Finding[] | string): CheckResult {
  if (typeof result === 'string') return { check, title, outcome: 'skipped', findings: [], reason: result }
  return { check, title, outcome: result.length === 0 ? 'pass' : 'fail', findings: result, reason: null }
}
