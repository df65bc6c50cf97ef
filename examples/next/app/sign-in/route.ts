// Latchkey's sign-in page.

export { GET, HEAD } from '../../lib/mount'
