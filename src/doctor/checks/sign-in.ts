// One can sign in at all: much else cannot be looked at otherwise.

import type { CheckFunction } from '../finding.ts'
import { errorCodeOf } from '../http-exchange.ts'
import { claimsOf } from '../token-claims.ts'

export const checkSignIn: CheckFunction = ({ steps }) => {
  const [signIn] = steps.signIn
  if (signIn === undefined) return 'Latchkey was not found'
  if (claimsOf(signIn) !== undefined) return []
  const code = errorCodeOf(signIn)
  const { path, status, failure } = signIn
  if (path === '/access/register' && code === 'registration.closed')
    return [
      {
        what: 'Registration is closed, so the doctor has no user to sign in with.',
        fix: 'Name one who is there: --user NAME, whose password is asked for.',
      },
    ]
  if (path === '/access/register' && code === 'rate.limited')
    return [
      {
        what: 'This address has registered as many users as LATCHKEY_REGISTRATION_LIMIT allows it, so the doctor has none to sign in with.',
        fix: 'Wait until it may register again, or name a user who is there: --user NAME, whose password is asked for.',
      },
    ]
  if (code === 'credentials.invalid')
    return [{ what: 'The name or the password of --user is wrong.', fix: 'Try again; the doctor does so once only.' }]
  if (code !== undefined)
    return [{ what: `POST ${path} was refused with ${status} ${code}.`, fix: 'See what /docs/errors says of this code.' }]
  return [
    {
      what: `POST ${path} was answered with ${failure ?? status}, and not by Latchkey.`,
      fix: 'Let POST requests with JSON through to /access/: `limit_except`, a rule of a firewall, or a page that waits in front may stop them.',
    },
  ]
}
