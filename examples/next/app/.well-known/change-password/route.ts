// The page to change the password, for password managers (W3C change-password URL).

export { GET, HEAD } from '../../../lib/mount'
