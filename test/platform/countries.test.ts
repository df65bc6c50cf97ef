// The GeoIP lookup: countries from a MaxMind DB file, and invalid files.

import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { createCountries } from '../../src/platform/countries.ts'
import { countryDatabase } from '../support/country-database.ts'

const NETWORKS = { '192.0.2.0/24': 'AT', '203.0.113.128/25': 'NZ', '2001:db8:1::/48': 'CL' }

test('an address has the country of its network: IPv4, IPv6, and IPv4-mapped IPv6', () => {
  const lookUpCountry = createCountries(countryDatabase(NETWORKS))
  deepEqual(['192.0.2.7', '::ffff:192.0.2.7', '203.0.113.200', '2001:db8:1::7', '2001:DB8:1:2:3:4:5:6'].map(lookUpCountry), [
    'AT',
    'AT',
    'NZ',
    'CL',
    'CL',
  ])
})

test('an address of an unknown network and an invalid address have no country', () => {
  const lookUpCountry = createCountries(countryDatabase(NETWORKS))
  for (const ip of ['203.0.113.1', '127.0.0.1', '::1', '2001:db8:2::7', '', 'unknown', '192.0.2', '192.0.2.7:80', 'fe80::1%eth0']) {
    equal(lookUpCountry(ip), undefined, ip)
  }
})

test('a file that is not a database of countries is rejected', () => {
  throws(() => createCountries(countryDatabase(NETWORKS, 'Test-ASN')), /its type is Test-ASN/)
  for (const bytes of ['', 'not a database', '\xab\xcd\xefMaxMind.com']) throws(() => createCountries(Buffer.from(bytes, 'latin1')), bytes)
  throws(() => createCountries(countryDatabase(NETWORKS).subarray(0, -40)))
})
