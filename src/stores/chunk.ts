// A long list in parts, so that other work gets its turn between them.

const CHUNK_SIZE = 500

export function chunk<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / CHUNK_SIZE) }, (_, index) => list.slice(index * CHUNK_SIZE, (index + 1) * CHUNK_SIZE))
}
