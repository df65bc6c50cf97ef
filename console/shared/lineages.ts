// The lineages that a user is signed in with, as the API lists them.

import type { Client } from '../../src/client/index.ts'

export type Lineage = Awaited<ReturnType<Client['sessions']['list']>>[number]

/** The current one first, then the one used last. */
export function sortLineages(listed: readonly Lineage[]): readonly Lineage[] {
  return listed.toSorted(
    (one, other) => Number(other.current) - Number(one.current) || Date.parse(other.lastSeenAt) - Date.parse(one.lastSeenAt),
  )
}
