// What the memory store keeps: copies that nobody can change, neither who gave them nor who gets them.

export function deepFreezeCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(deepFreezeCopy)) as T
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deepFreezeCopy(inner)]))) as T
}
