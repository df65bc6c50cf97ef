// Latchkey's page for new accounts.

export { GET, HEAD } from '../../lib/mount'
