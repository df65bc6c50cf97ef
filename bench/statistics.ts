// Medians, and how far single rounds lie around them.

export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/** The median, and the quarters on both sides of it. @throws Error for no values */
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
