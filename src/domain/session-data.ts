// Session data: a JSON object changed by merge patches (RFC 7396), bounded in size and depth.

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [name: string]: Json
}

/** Maximum size of a session's data, in bytes of JSON text. */
export const MAX_SESSION_DATA = 16 * 1024
/** Maximum nesting of JSON from outside. */
export const MAX_DEPTH = 32

export const EMPTY_DATA = '{}'

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Applies a merge patch to an object and returns a new one. The caller has rejected unsafe member names: see `findUnsafeJson`. */
export function mergePatch(target: Json | undefined, patch: Json): Json {
  if (!isJsonObject(patch)) return patch
  const merged: Record<string, Json> = isJsonObject(target) ? { ...target } : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name]
    else merged[name] = mergePatch(merged[name], value)
  }
  return merged
}

export type UnsafeJson = 'too_deep' | 'prototype' | 'ill_formed' | 'out_of_range'

/** Finds unsafe parts of parsed JSON: deep nesting, `__proto__`, ill-formed Unicode, and numbers out of range. */
export function findUnsafeJson(value: unknown, depth = 0): UnsafeJson | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'ill_formed'
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'out_of_range'
  if (typeof value !== 'object' || value === null) return undefined
  if (depth >= MAX_DEPTH) return 'too_deep'
  for (const [name, inner] of Object.entries(value)) {
    if (name === '__proto__') return 'prototype'
    const unsafe = findUnsafeJson(name, depth + 1) ?? findUnsafeJson(inner, depth + 1)
    if (unsafe) return unsafe
  }
  return undefined
}
