// Latchkey's registration page.

export { GET, HEAD } from '../../lib/mount'
