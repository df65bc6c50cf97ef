// An origin and an address from reserved ranges (RFC 2606, RFC 5737).

export const FOREIGN_ORIGIN = 'https://foreign-origin.invalid'
export const FORGED_ADDRESS = '192.0.2.77'
