// Who issues tokens, and where its keys are (RFC 8414).

export { GET, HEAD, OPTIONS } from '../../../lib/mount'
