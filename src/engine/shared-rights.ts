// What somebody may do and how they showed who they are: many have these alike, so what is remembered of a session does not
// bring its own.

export interface Rights {
  readonly roles: readonly string[]
  /** How the password was shown, in the manner of RFC 8176. */
  readonly amr: readonly string[]
}

/** As many different ones as a deployment has combinations of roles; beyond that each keeps its own. */
const MOST = 1_000

const shared = new Map<string, Rights>()

export function sharedRights(roles: readonly string[], amr: readonly string[]): Rights {
  const key = JSON.stringify([roles, amr])
  const known = shared.get(key)
  if (known !== undefined) return known
  const rights = { roles, amr }
  if (shared.size < MOST) shared.set(key, rights)
  return rights
}
