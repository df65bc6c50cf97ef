export { GET, HEAD } from '../../lib/mount'
