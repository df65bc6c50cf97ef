// A sign-in that goes on from a country where its user has never signed in. Only where the operator has a list of countries.

import { isSignIn } from '../domain/audit-event.ts'
import type { RememberMeRecord } from '../domain/credential.ts'
import type { EngineContext } from './context.ts'

/** As countries are written in the record: two letters each. */
export interface UnfamiliarCountry {
  readonly country: string
  readonly usualCountries: readonly string[]
}

/** How far back the record is read, in operations. */
const MAX_EVENTS_READ = 1_000

/** Undefined where it is not new, or not known. The record is read only where the country is another than last time. @throws StoreError */
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
