// Unfamiliar countries: detects a remember-me login used from a country in which its user has never signed in. Needs the operator's GeoIP
// list.

import { isSignIn } from '../domain/audit-event.ts'
import type { RememberMeRecord } from '../domain/credential.ts'
import type { EngineContext } from './context.ts'

/** Country codes of two letters, as in the audit log. */
export interface UnfamiliarCountry {
  readonly country: string
  readonly usualCountries: readonly string[]
}

/** How many audit events are read. */
const MAX_EVENTS_READ = 1_000

/**
 * Undefined when the country is familiar or unknown. Reads the audit log only when the country differs from the last one. @throws
 * StoreError
 */
export async function findUnfamiliarCountry(
  { lookUpCountry, store }: EngineContext,
  login: RememberMeRecord,
  ip: string,
): Promise<UnfamiliarCountry | undefined> {
  const country = lookUpCountry(ip)
  const last = lookUpCountry(login.ip)
  if (country === undefined || country === last) return undefined
  const signIns = (await store.auditEvents.list(login.userId, null, MAX_EVENTS_READ)).filter(isSignIn)
  const seen = [last, ...signIns.map((event) => lookUpCountry(event.ip))]
  const usualCountries = [...new Set(seen.filter((known) => known !== undefined))]
  return usualCountries.length === 0 || usualCountries.includes(country) ? undefined : { country, usualCountries }
}
