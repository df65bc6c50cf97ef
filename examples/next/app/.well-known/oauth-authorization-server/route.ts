// The metadata of the token issuer (RFC 8414).

export { GET, HEAD, OPTIONS } from '../../../lib/mount'
