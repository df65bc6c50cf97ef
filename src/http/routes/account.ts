// The account: a new password, or the end of everything.

import { AuthError } from '../../domain/errors.ts'
import { PASSWORD_REFUSALS } from '../../domain/password.ts'
import { changePassword, deleteAccount } from '../../engine/account.ts'
import { JSON_TYPE } from '../body.ts'
import { accountDeletionBody, passwordBody, signedInResponse } from '../contract.ts'
import { expireCookie } from '../cookies.ts'
import { authenticatedRoute } from '../route.ts'
import { clearClientState } from './logout.ts'
import { signedInResult } from './sign-in.ts'

export const accountRoutes = [
  authenticatedRoute({
    method: 'POST',
    path: '/access/password',
    auth: 'header-only',
    sensitive: true,
    issuesToken: true,
    summary: 'Changes the password, renews this session and ends every other credential.',
    body: { type: JSON_TYPE, schema: passwordBody },
    responses: { 200: signedInResponse },
    errorCodes: ['credentials.invalid', 'rate.limited', ...PASSWORD_REFUSALS],
    async run(call) {
      const { engine, principal, body, clientInfo, credentials, request } = call
      const current = { password: body.current, knownDevice: credentials.cookies.known }
      const renewed = await changePassword(engine, principal, current, body.next, clientInfo, request.signal?.())
      if (renewed instanceof AuthError) return renewed
      const outcome = signedInResult(call, renewed)
      const forgotten = credentials.cookies.remember === undefined ? [] : expireCookie('remember', engine.policy.cookies)
      return { ...outcome, cookies: [...(outcome.cookies ?? []), ...forgotten] }
    },
  }),
  authenticatedRoute({
    method: 'DELETE',
    path: '/access/account',
    auth: 'header-only',
    sensitive: true,
    summary: 'Deletes the user and all that belongs to them.',
    body: { type: JSON_TYPE, schema: accountDeletionBody },
    responses: { 204: null },
    errorCodes: ['credentials.invalid', 'rate.limited'],
    async run(call) {
      const typed = { password: call.body.password, knownDevice: call.credentials.cookies.known }
      const refusal = await deleteAccount(call.engine, call.principal, typed, call.clientInfo, call.request.signal?.())
      return refusal ?? { status: 204, ...clearClientState(call) }
    },
  }),
]
