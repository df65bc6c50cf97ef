// The keys with which other services verify tokens.

export { GET, HEAD } from '../../../lib/mount'
