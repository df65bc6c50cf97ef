// The hash survey: the kinds of legacy password hashes that users have. Imports record them; a survey reads all users once in databases of
// earlier versions, and then daily until the last legacy hash is replaced.

import { slowestSamples } from '../domain/hash-cost.ts'
import { DAY } from '../domain/time.ts'
import type { UserRecord } from '../domain/user.ts'
import type { EngineContext } from './context.ts'

const SURVEY_INTERVAL = DAY
const PAGE = 200
/** Milliseconds between two pages: the survey is never urgent, and must not delay other work. */
const PAGE_PAUSE = 50

/** Records the kinds of these hashes for all processes. @throws StoreError */
async function recordSamples(context: EngineContext, samples: readonly string[]): Promise<void> {
  // Without a survey so far (`surveyedAt` 0) one is still due: a survey in progress may have missed these users.
  await context.keys.updateSlowHashes((known = { samples: [], imports: 0, surveyedAt: 0 }) => ({
    ...known,
    samples: slowestSamples([...known.samples, ...samples]),
    imports: known.imports + 1,
  }))
  context.refusalTiming.addSamples(samples)
}

/**
 * Records the hash kinds of one import: each kind before its first user is written, and all of them again at the end, so that a concurrent
 * survey does not miss them.
 */
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

/** Records the kind of a user's hash when it is unknown, because another program wrote it; the current refusal already takes as long. */
export function recordUnseenHash(context: EngineContext, stored: string | null): void {
  const samples = samplesOf(context, [stored]).filter((sample) => !context.refusalTiming.includes(sample))
  if (samples.length === 0) return
  context.refusalTiming.addSamples(samples)
  // A failure is harmless: the next sign-in in any process records it.
  void recordSamples(context, samples).catch(() => {})
}

/** True when a survey is due. */
export function isSurveyDue(context: EngineContext, now: number): boolean {
  if (context.hasher.equalCostHash === undefined) return false
  const known = context.keys.slowHashes()
  return known === undefined || (known.samples.length > 0 && now >= known.surveyedAt + SURVEY_INTERVAL)
}

/** Reads all users, page by page. When an import ran meanwhile, the result is discarded and the next survey decides. @throws StoreError */
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
