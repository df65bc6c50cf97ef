// The account: a new password, or the end of everything.

import { AuthError } from '../../domain/errors.ts'
import { PASSWORD_REFUSALS } from '../../domain/password.ts'
import { changePassword, deleteAccount } from '../../engine/account.ts'
import { JSON_TYPE } from '../body.ts'
import { accountDeletionBody, passwordBody, signedInAnswer } from '../contract.ts'
import { expireCookie } from '../cookies.ts'
import { provenRoute } from '../route.ts'
import { forgetting } from './endings.ts'
import { answer } from './sign-in.ts'

export const accountRoutes = [
  provenRoute({
    method: 'POST',
    path: '/access/password',
    proof: 'header',
    sensitive: true,
    mints: true,
    summary: 'Changes the password, renews this session and ends every other credential.',
    body: { type: JSON_TYPE, schema: passwordBody },
    answers: { 200: signedInAnswer },
    refusals: ['credentials.invalid', 'rate.limited', ...PASSWORD_REFUSALS],
    async run(call) {
      const { parts, principal, body, whence, credentials, request } = call
      const current = { password: body.current, knownDevice: credentials.cookies.known }
      const renewed = await changePassword(parts, principal, current, body.next, whence, request.signal?.())
      if (renewed instanceof AuthError) return renewed
      const outcome = answer(call, renewed)
      const forgotten = credentials.cookies.remember === undefined ? [] : expireCookie('remember', parts.policy.cookies)
      return { ...outcome, cookies: [...(outcome.cookies ?? []), ...forgotten] }
    },
  }),
  provenRoute({
    method: 'DELETE',
    path: '/access/account',
    proof: 'header',
    sensitive: true,
    summary: 'Deletes the user and all that belongs to them.',
    body: { type: JSON_TYPE, schema: accountDeletionBody },
    answers: { 204: null },
    refusals: ['credentials.invalid', 'rate.limited'],
    async run(call) {
      const typed = { password: call.body.password, knownDevice: call.credentials.cookies.known }
      const refusal = await deleteAccount(call.parts, call.principal, typed, call.whence, call.request.signal?.())
      return refusal ?? { status: 204, ...forgetting(call) }
    },
  }),
]
