// GeoIP lookup: the country of an IP address, from a MaxMind DB file (version 2) in memory.

import { isIP } from 'node:net'
import { type CountryResponse, Reader } from 'mmdb-lib'
import type { CountryLookup } from '../ports/countries.ts'

/** Types of databases that contain countries. Databases of networks or providers have the same format without them. */
const WITH_COUNTRIES = /country|city|enterprise/i
const MAPPED = /^::ffff:(?=[\d.]+$)/i

/** @throws Error with the reason when the file is not a database of countries */
export function createCountries(file: Buffer): CountryLookup {
  const reader = new Reader<CountryResponse>(file)
  const { databaseType } = reader.metadata
  if (!WITH_COUNTRIES.test(databaseType)) throw new Error(`its type is ${databaseType}`)
  return (ip) => {
    const address = ip.replace(MAPPED, '')
    return isIP(address) === 0 ? undefined : reader.get(address)?.country?.iso_code
  }
}
