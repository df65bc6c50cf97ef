// Latchkey's API, and what its pages load.

export { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } from '../../../lib/mount'
