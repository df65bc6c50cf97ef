// A long list in parts, so that other work gets its turn between them.

const SIZE = 500

export function batches<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / SIZE) }, (_, index) => list.slice(index * SIZE, (index + 1) * SIZE))
}
