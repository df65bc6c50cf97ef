// Checks that a user can sign in, which many other checks depend on.

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
        fix: 'Sign in as an existing user: --user NAME.',
      },
    ]
  if (path === '/access/register' && code === 'rate.limited')
    return [
      {
        what: 'This address has registered as many users as LATCHKEY_REGISTRATION_LIMIT allows, so the doctor has no user to sign in with.',
        fix: 'Wait until the limit allows it again, or sign in as an existing user: --user NAME.',
      },
    ]
  if (code === 'credentials.invalid')
    return [{ what: 'The username or the password of --user is wrong.', fix: 'Run the doctor again: it tries a password only once.' }]
  if (code !== undefined) return [{ what: `POST ${path} was refused with ${status} ${code}.`, fix: 'Look the code up at /docs/errors.' }]
  return [
    {
      what: `POST ${path} was answered with ${failure ?? status}, and not by Latchkey.`,
      fix: 'Pass POST requests with JSON to /access/: `limit_except`, a firewall rule, or a waiting page may block them.',
    },
  ]
}
