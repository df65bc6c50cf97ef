// Where password managers lead people to change their password.

export { GET, HEAD } from '../../../lib/mount'
