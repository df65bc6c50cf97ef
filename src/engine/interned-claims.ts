// Interned claims: sessions with the same roles and authentication methods share one object, to save memory.

export interface InternedClaims {
  readonly roles: readonly string[]
  /** Authentication methods, as in RFC 8176. */
  readonly amr: readonly string[]
}

/** More combinations than a deployment usually has; beyond that they are not shared. */
const MAX_INTERNED = 1_000

const interned = new Map<string, InternedClaims>()

export function internClaims(roles: readonly string[], amr: readonly string[]): InternedClaims {
  const key = JSON.stringify([roles, amr])
  const existing = interned.get(key)
  if (existing !== undefined) return existing
  const claims = { roles, amr }
  if (interned.size < MAX_INTERNED) interned.set(key, claims)
  return claims
}
