// What somebody may do and how they showed who they are: many have these alike, so what is remembered of a session does not
// bring its own.

export interface InternedClaims {
  readonly roles: readonly string[]
  /** How the password was shown, in the manner of RFC 8176. */
  readonly amr: readonly string[]
}

/** As many different ones as a deployment has combinations of roles; beyond that each keeps its own. */
const MAX_INTERNED = 1_000

const interned = new Map<string, InternedClaims>()

export function internClaims(roles: readonly string[], amr: readonly string[]): InternedClaims {
  const key = JSON.stringify([roles, amr])
  const existing = interned.get(key)
  if (existing !== undefined) return existing
  const rights = { roles, amr }
  if (interned.size < MAX_INTERNED) interned.set(key, rights)
  return rights
}
