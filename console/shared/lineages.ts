// The lineages (token families) of a user, as the API lists them: a remember-me login with its sessions, or a session without one.

import type { Client } from '../../src/client/index.ts'

export type Lineage = Awaited<ReturnType<Client['sessions']['list']>>[number]

/** The current one first, then the one used last. */
export function sortLineages(listed: readonly Lineage[]): readonly Lineage[] {
  return listed.toSorted(
    (one, other) => Number(other.current) - Number(one.current) || Date.parse(other.lastSeenAt) - Date.parse(one.lastSeenAt),
  )
}
