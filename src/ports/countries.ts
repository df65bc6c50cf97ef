// Country lookup by IP address, from the operator's GeoIP list.

/** The country code (ISO 3166-1 alpha-2); undefined when the list lacks the address, or when there is no list. */
export type CountryLookup = (ip: string) => string | undefined
