// The database of countries that the operator has named, if there is one.

import { readFile } from 'node:fs/promises'
import type { CountryLookup } from './ports/countries.ts'
import { SettingError, type Settings } from './settings.ts'

/** @throws SettingError naming the file that cannot be used */
export async function loadGeoip({ countryDatabase }: Settings): Promise<CountryLookup> {
  if (countryDatabase === undefined) return () => undefined
  try {
    const { createCountries } = await import('./platform/countries.ts')
    return createCountries(await readFile(countryDatabase))
  } catch (error) {
    throw new SettingError(
      `LATCHKEY_COUNTRY_DATABASE is "${countryDatabase}", which cannot be used (${(error as Error).message}); accepted: the path of a MaxMind DB file (.mmdb) of countries or cities.`,
    )
  }
}
