// Loads the country database that LATCHKEY_COUNTRY_DATABASE names, if it is set.

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
