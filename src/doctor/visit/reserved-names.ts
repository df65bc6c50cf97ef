// Names that belong to nobody (RFC 2606, RFC 5737).

export const FOREIGN_ORIGIN = 'https://somebody-else.invalid'
export const FORGED_ADDRESS = '192.0.2.77'
