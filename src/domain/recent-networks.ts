// The networks that a user signed in from lately: there, a stranger's guesses elsewhere do not keep the user out. Pure.

import { DAY, HOUR } from './time.ts'

export interface RecentNetwork {
  /** A keyed digest of the user and the network: the record does not say where somebody was. */
  readonly network: string
  /** When the user last signed in from there, to the hour. */
  readonly at: number
}

const RECENT_FOR = 30 * DAY
/** The user's record is not written anew for each of many sign-ins in a row. */
const RENEW_AFTER = HOUR
/** More than a person signs in from in a month; who has more loses the one that was used longest ago. */
const MAX_NETWORKS = 16

export function isRecentNetwork(networks: readonly RecentNetwork[], network: string, now: number): boolean {
  return networks.some((entry) => entry.network === network && now < entry.at + RECENT_FOR)
}

/** The networks after a sign-in, the latest first; undefined where nothing is to be written. */
export function addNetwork(networks: readonly RecentNetwork[], network: string, now: number): readonly RecentNetwork[] | undefined {
  if (networks.some((known) => known.network === network && now < known.at + RENEW_AFTER)) return undefined
  const others = networks.filter((known) => known.network !== network && now < known.at + RECENT_FOR)
  return [{ network, at: now }, ...others].slice(0, MAX_NETWORKS)
}
