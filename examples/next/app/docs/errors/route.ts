// The page that explains error codes.

export { GET, HEAD } from '../../../lib/mount'
