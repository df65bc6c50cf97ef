// The public keys, for services that verify tokens.

export { GET, HEAD, OPTIONS } from '../../../lib/mount'
