// Latchkey's account page.

export { GET, HEAD } from '../../lib/mount'
