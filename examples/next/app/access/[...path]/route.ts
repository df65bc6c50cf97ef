// Latchkey's API, and the assets of its pages.

export { DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT } from '../../../lib/mount'
