// Which kinds of hashes the users have: noted by every import, looked at once in databases from before this was noted, and again each day
// until the last hash of other software was replaced.

import { slowestSamples } from '../domain/hash-cost.ts'
import { DAY } from '../domain/time.ts'
import type { UserRecord } from '../domain/user.ts'
import type { Parts } from './parts.ts'

const SURVEYED_EVERY = DAY
const PAGE = 200
/** Between two pages, in milliseconds: nothing waits for the survey, and nothing must wait because of it. */
const BREATH = 50

/** Notes the kinds of these hashes, and tells all processes of them. @throws StoreError */
async function note(parts: Parts, samples: readonly string[]): Promise<void> {
  // Where nobody has looked at all users yet, that is still to be done: a survey that is under way may have overlooked these.
  await parts.keys.noteHashes((known = { samples: [], imports: 0, surveyedAt: 0 }) => ({
    ...known,
    samples: slowestSamples([...known.samples, ...samples]),
    imports: known.imports + 1,
  }))
  parts.refusalTime.knowAlso(samples)
}

/** What one import has noted: each kind before its first user is written, and all of them again at its end, so that no survey overlooks them. */
export class ImportedHashes {
  readonly #parts: Parts
  #samples: readonly string[] = []

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** @throws StoreError */
  async before(stored: readonly (string | null)[]): Promise<void> {
    const samples = slowestSamples([...this.#samples, ...samplesIn(this.#parts, stored)])
    if (samples.join() === this.#samples.join()) return
    await note(this.#parts, samples)
    this.#samples = samples
  }

  /** @throws StoreError */
  async end(): Promise<void> {
    if (this.#samples.length > 0) await note(this.#parts, this.#samples)
  }
}

/** A user has this hash. Where nobody has noted its kind, because another program has written it, this very refusal takes as long. */
export function noteSeen(parts: Parts, stored: string | null): void {
  const samples = samplesIn(parts, [stored]).filter((sample) => !parts.refusalTime.covers(sample))
  if (samples.length === 0) return
  parts.refusalTime.knowAlso(samples)
  // What cannot be noted now is seen again, by the other processes as well.
  void note(parts, samples).catch(() => {})
}

/** True where all users are to be looked at. */
export function isSurveyDue(parts: Parts, now: number): boolean {
  if (parts.hasher.sampleOf === undefined) return false
  const known = parts.keys.slowHashes()
  return known === undefined || (known.samples.length > 0 && now >= known.surveyedAt + SURVEYED_EVERY)
}

/** Looks at all users, a page at a time. What others imported meanwhile leaves the finding to the next survey. @throws StoreError */
export async function surveyHashes(parts: Parts, isStopping: () => boolean): Promise<void> {
  const imports = parts.keys.slowHashes()?.imports
  let samples: readonly string[] = []
  for (let after: string | null = null; ; ) {
    const users: readonly UserRecord[] = await parts.store.users.page(after, PAGE)
    const hashes = users.map(({ passwordHash }) => passwordHash)
    samples = slowestSamples([...samples, ...samplesIn(parts, hashes)])
    after = users.at(-1)?.id ?? null
    if (users.length < PAGE) break
    await parts.timers.pause(BREATH)
    if (isStopping()) return
  }
  const surveyedAt = parts.clock.now()
  await parts.keys.noteHashes((known) => (known?.imports === imports ? { samples, imports: known?.imports ?? 0, surveyedAt } : undefined))
}

function samplesIn({ hasher }: Parts, stored: readonly (string | null)[]): readonly string[] {
  return slowestSamples(stored.flatMap((hash) => (hash === null ? undefined : hasher.sampleOf?.(hash)) ?? []))
}
