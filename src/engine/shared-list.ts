// Lists that many have alike, such as roles, once each: what is remembered of a session should not bring its own.

/** As many different ones as a deployment has combinations of roles; beyond that each keeps its own. */
const MOST = 1_000

const shared = new Map<string, readonly string[]>()

export function sharedList(list: readonly string[]): readonly string[] {
  const key = JSON.stringify(list)
  const known = shared.get(key)
  if (known !== undefined) return known
  if (shared.size < MOST) shared.set(key, list)
  return list
}
