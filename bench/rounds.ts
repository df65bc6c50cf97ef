// Measures several subjects round by round, so that changes of the machine affect all of them.

import type { Measurement } from './rows.ts'

export interface RoundEntry<T> {
  readonly name: string
  /** Why it cannot run. */
  readonly fault?: string | undefined
  readonly run: () => Promise<T>
}

/** One warm-up round that does not count, then `rounds`. A subject that fails is left out of the further rounds, with the reason. */
export async function inRounds<T>(
  entries: readonly RoundEntry<T>[],
  rounds: number,
  onProgress: (text: string) => void,
): Promise<Map<string, T[]> & { faults: Map<string, string> }> {
  const results = Object.assign(new Map<string, T[]>(), { faults: new Map<string, string>() })
  for (const { name, fault } of entries) {
    results.set(name, [])
    if (fault !== undefined) results.faults.set(name, fault)
  }
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, run } of entries) {
      if (results.faults.has(name)) continue
      onProgress(`${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}: ${name}`)
      try {
        const result = await run()
        if (round > 0) results.get(name)?.push(result)
      } catch (error) {
        results.faults.set(name, error instanceof Error ? error.message : String(error))
        results.set(name, [])
      }
    }
  }
  return results
}

export function measuredOf<T>(
  results: ReadonlyMap<string, readonly T[]> & { readonly faults: ReadonlyMap<string, string> },
  value: (one: T) => number,
): readonly Measurement[] {
  return [...results].map(([subject, all]) => {
    const note = results.faults.get(subject)
    return { subject, values: all.map(value), ...(note === undefined ? {} : { note }) }
  })
}
