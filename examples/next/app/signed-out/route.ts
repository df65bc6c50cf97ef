// Latchkey's page after signing out.

export { GET, HEAD } from '../../lib/mount'
