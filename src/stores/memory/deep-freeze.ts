// Returns a deep-frozen copy of a JSON value, so that code which stores or reads a record cannot change the stored one.

export function deepFreezeCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(deepFreezeCopy)) as T
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, deepFreezeCopy(inner)]))) as T
}
