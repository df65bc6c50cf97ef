// Latchkey's signed-out page.

export { GET, HEAD } from '../../lib/mount'
