// Countries of addresses, from a file in the MaxMind DB format (version 2) that is kept in memory.

import { isIP } from 'node:net'
import { type CountryResponse, Reader } from 'mmdb-lib'
import type { CountryLookup } from '../ports/countries.ts'

/** Databases of networks or of providers have the same format, and no countries. */
const WITH_COUNTRIES = /country|city|enterprise/i
const MAPPED = /^::ffff:(?=[\d.]+$)/i

/** @throws Error saying what is wrong with the file, where it is no database of countries */
export function createCountries(file: Buffer): CountryLookup {
  const reader = new Reader<CountryResponse>(file)
  const { databaseType } = reader.metadata
  if (!WITH_COUNTRIES.test(databaseType)) throw new Error(`its type is ${databaseType}`)
  return (ip) => {
    const address = ip.replace(MAPPED, '')
    return isIP(address) === 0 ? undefined : reader.get(address)?.country?.iso_code
  }
}
