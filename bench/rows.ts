// The rows of a measure, and whether they meet their goals.

import { type Spread, spreadOf } from './statistics.ts'

export interface Row {
  readonly measure: string
  readonly subject: string
  /** Null if the subject could not run; `note` says why. */
  readonly median: number | null
  readonly low?: number
  readonly high?: number
  readonly unit: string
  /** The ratio to the subject `against`, in the same rounds. */
  readonly ratio: number | null
  readonly against: string | null
  /** Such as `P1: at most 1.5 ×`; null without a goal. */
  readonly goal: string | null
  readonly met: boolean | null
  readonly note?: string
}

/** A row with its date, since measures run on different days. */
export interface DatedRow extends Row {
  readonly date: string
}

export interface Goal {
  readonly name: string
  readonly subject: string
  /** The subject to compare with. */
  readonly against?: string
  readonly atMost?: number
  readonly atLeast?: number
  /** The largest difference, in the unit of the values. */
  readonly atMostMore?: number
  /** The largest value, in its unit. */
  readonly below?: number
}

export interface Measurement {
  readonly subject: string
  /** One value for each round; empty if the subject could not run. */
  readonly values: readonly number[]
  readonly note?: string
}

/** The rows of one measure. A goal is met if it holds within the spread of the rounds. */
export function toRows(
  measure: string,
  unit: string,
  all: readonly Measurement[],
  limit: string | null,
  goals: readonly Goal[] = [],
): readonly Row[] {
  const spreads = new Map(all.filter(({ values }) => values.length > 0).map(({ subject, values }) => [subject, spreadOf(values)]))
  return all.flatMap(({ subject, note }): Row[] => {
    const spread = spreads.get(subject)
    const extra = note === undefined ? {} : { note }
    if (spread === undefined) {
      return [{ measure, subject, median: null, unit, ratio: null, against: null, goal: null, met: null, ...extra }]
    }
    const own = goals.filter((goal) => goal.subject === subject)
    const base = { measure, subject, median: spread.median, low: spread.low, high: spread.high, unit, ...extra }
    const plain: Row = { ...base, ...ratioTo(limit, spread, spreads), goal: null, met: null }
    const withGoals = own.map(
      (goal): Row => ({ ...base, ...ratioTo(goal.against, spread, spreads), ...evaluateGoal(goal, spread, spreads) }),
    )
    return withGoals.length > 0 ? withGoals : [plain]
  })
}

function ratioTo(against: string | null | undefined, { median }: Spread, spreads: ReadonlyMap<string, Spread>) {
  const other = spreads.get(against ?? '')
  return other === undefined ? { ratio: null, against: null } : { ratio: median / other.median, against: against ?? null }
}

function evaluateGoal({ name, against, atMost, atLeast, atMostMore, below }: Goal, own: Spread, spreads: ReadonlyMap<string, Spread>) {
  if (below !== undefined) return { goal: `${name}: below ${below}`, met: own.median < below }
  const other = spreads.get(against ?? '')
  if (atMostMore !== undefined) {
    return { goal: `${name}: at most ${atMostMore} more`, met: other === undefined ? null : own.low - other.high <= atMostMore }
  }
  const goal = `${name}: ${atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`} ×`
  if (other === undefined) return { goal, met: null }
  if (atMost !== undefined) return { goal, met: own.low / other.high <= atMost }
  return { goal, met: own.high / other.low >= (atLeast ?? 0) }
}
