// Deep-frozen copies for the memory store: neither the caller that passed a value nor one that gets it can change it.

export function deepFreezeCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(deepFreezeCopy)) as T
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deepFreezeCopy(inner)]))) as T
}
