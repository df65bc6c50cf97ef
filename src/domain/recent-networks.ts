// The networks from which a user recently signed in: attempts from elsewhere cannot lock the user out there. Pure functions.

import { DAY, HOUR } from './time.ts'

export interface RecentNetwork {
  /** A keyed digest of user and network: the record does not reveal locations. */
  readonly network: string
  /** The user's last sign-in from there, to the hour. */
  readonly at: number
}

const RECENT_FOR = 30 * DAY
/** Avoids rewriting the user's record for every one of many sign-ins in a row. */
const RENEW_AFTER = HOUR
/** More networks than a user has in a month; beyond that the least recently used one is dropped. */
const MAX_NETWORKS = 16

export function isRecentNetwork(networks: readonly RecentNetwork[], network: string, now: number): boolean {
  return networks.some((entry) => entry.network === network && now < entry.at + RECENT_FOR)
}

/** The networks after a sign-in, the latest first; undefined when nothing has to be written. */
export function addNetwork(networks: readonly RecentNetwork[], network: string, now: number): readonly RecentNetwork[] | undefined {
  if (networks.some((known) => known.network === network && now < known.at + RENEW_AFTER)) return undefined
  const others = networks.filter((known) => known.network !== network && now < known.at + RECENT_FOR)
  return [{ network, at: now }, ...others].slice(0, MAX_NETWORKS)
}
