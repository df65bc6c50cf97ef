// The keys with which other services verify tokens.

export { GET, HEAD, OPTIONS } from '../../../lib/mount'
