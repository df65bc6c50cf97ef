// Which kinds of hashes the users have: noted by every import, looked at once in databases from before this was noted, and again each day
// until the last hash of other software was replaced.

import { slowestSamples } from '../domain/hash-cost.ts'
import { DAY } from '../domain/time.ts'
import type { UserRecord } from '../domain/user.ts'
import type { EngineContext } from './context.ts'

const SURVEY_INTERVAL = DAY
const PAGE = 200
/** Between two pages, in milliseconds: nothing waits for the survey, and nothing must wait because of it. */
const PAGE_PAUSE = 50

/** Notes the kinds of these hashes, and tells all processes of them. @throws StoreError */
async function recordSamples(context: EngineContext, samples: readonly string[]): Promise<void> {
  // Where nobody has looked at all users yet, that is still to be done: a survey that is under way may have overlooked these.
  await context.keys.updateSlowHashes((known = { samples: [], imports: 0, surveyedAt: 0 }) => ({
    ...known,
    samples: slowestSamples([...known.samples, ...samples]),
    imports: known.imports + 1,
  }))
  context.refusalTiming.addSamples(samples)
}

/** What one import has noted: each kind before its first user is written, and all of them again at its end, so that no survey overlooks them. */
export class ImportedHashRecorder {
  readonly #context: EngineContext
  #samples: readonly string[] = []

  constructor(context: EngineContext) {
    this.#context = context
  }

  /** @throws StoreError */
  async beforeWrite(stored: readonly (string | null)[]): Promise<void> {
    const samples = slowestSamples([...this.#samples, ...samplesOf(this.#context, stored)])
    if (samples.join() === this.#samples.join()) return
    await recordSamples(this.#context, samples)
    this.#samples = samples
  }

  /** @throws StoreError */
  async end(): Promise<void> {
    if (this.#samples.length > 0) await recordSamples(this.#context, this.#samples)
  }
}

/** A user has this hash. Where nobody has noted its kind, because another program has written it, this very refusal takes as long. */
export function recordUnseenHash(context: EngineContext, stored: string | null): void {
  const samples = samplesOf(context, [stored]).filter((sample) => !context.refusalTiming.includes(sample))
  if (samples.length === 0) return
  context.refusalTiming.addSamples(samples)
  // What cannot be noted now is seen again, by the other processes as well.
  void recordSamples(context, samples).catch(() => {})
}

/** True where all users are to be looked at. */
export function isSurveyDue(context: EngineContext, now: number): boolean {
  if (context.hasher.equalCostHash === undefined) return false
  const known = context.keys.slowHashes()
  return known === undefined || (known.samples.length > 0 && now >= known.surveyedAt + SURVEY_INTERVAL)
}

/** Looks at all users, a page at a time. What others imported meanwhile leaves the finding to the next survey. @throws StoreError */
export async function surveyHashes(context: EngineContext, isStopping: () => boolean): Promise<void> {
  const imports = context.keys.slowHashes()?.imports
  let samples: readonly string[] = []
  for (let after: string | null = null; ; ) {
    const users: readonly UserRecord[] = await context.store.users.page(after, PAGE)
    const hashes = users.map(({ passwordHash }) => passwordHash)
    samples = slowestSamples([...samples, ...samplesOf(context, hashes)])
    after = users.at(-1)?.id ?? null
    if (users.length < PAGE) break
    await context.timers.pause(PAGE_PAUSE)
    if (isStopping()) return
  }
  const surveyedAt = context.clock.now()
  await context.keys.updateSlowHashes((known) =>
    known?.imports === imports ? { samples, imports: known?.imports ?? 0, surveyedAt } : undefined,
  )
}

function samplesOf({ hasher }: EngineContext, stored: readonly (string | null)[]): readonly string[] {
  return slowestSamples(stored.flatMap((hash) => (hash === null ? undefined : hasher.equalCostHash?.(hash)) ?? []))
}
