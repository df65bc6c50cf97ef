// Splits a long list into chunks, so that other work can run between them.

const CHUNK_SIZE = 500

export function chunk<T>(list: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / CHUNK_SIZE) }, (_, index) => list.slice(index * CHUNK_SIZE, (index + 1) * CHUNK_SIZE))
}
