// One can sign in at all: much else cannot be looked at otherwise.

import { codeOf } from '../exchange.ts'
import type { Judge } from '../finding.ts'
import { claimsOf } from '../token-claims.ts'

export const judgeSignIn: Judge = ({ steps }) => {
  const [signIn] = steps.signIn
  if (signIn === undefined) return 'Latchkey was not found'
  if (claimsOf(signIn) !== undefined) return []
  const code = codeOf(signIn)
  const { path, status, failure } = signIn
  if (path === '/access/register' && code === 'registration.closed')
    return [
      {
        what: 'Registration is closed, so the doctor has no user to sign in with.',
        mend: 'Name one who is there: --user NAME, whose password is asked for.',
      },
    ]
  if (path === '/access/register' && code === 'rate.limited')
    return [
      {
        what: 'This address has registered as many users as LATCHKEY_REGISTRATION_LIMIT allows it, so the doctor has none to sign in with.',
        mend: 'Wait until it may register again, or name a user who is there: --user NAME, whose password is asked for.',
      },
    ]
  if (code === 'credentials.invalid')
    return [{ what: 'The name or the password of --user is wrong.', mend: 'Try again; the doctor does so once only.' }]
  if (code !== undefined)
    return [{ what: `POST ${path} was refused with ${status} ${code}.`, mend: 'See what /docs/errors says of this code.' }]
  return [
    {
      what: `POST ${path} was answered with ${failure ?? status}, and not by Latchkey.`,
      mend: 'Let POST requests with JSON through to /access/: `limit_except`, a rule of a firewall, or a page that waits in front may stop them.',
    },
  ]
}
