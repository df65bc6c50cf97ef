// Which country an address belongs to, as far as the operator has a list of them.

/** The country's two letters (ISO 3166-1 alpha-2); undefined where the list does not have the address, or where there is no list. */
export type CountryLookup = (ip: string) => string | undefined
