// The median and the quartiles of the rounds.

export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** The median and both quartiles. @throws Error without values */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new Error('No round was measured')
  const sorted = values.toSorted((a, b) => a - b)
  return { median: at(sorted, 0.5), low: at(sorted, 0.25), high: at(sorted, 0.75) }
}

function at(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share
  const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN]
  return below + (above - below) * (place - Math.floor(place))
}
