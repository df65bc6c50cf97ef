// What each code of a refusal means.

export { GET, HEAD } from '../../../lib/mount'
