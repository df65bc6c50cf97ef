// The routes of the user's account: change the password, delete the account.

import { AuthError } from '../../domain/errors.ts'
import { PASSWORD_REFUSALS } from '../../domain/password.ts'
import { changePassword, deleteAccount } from '../../engine/account.ts'
import { JSON_TYPE } from '../body.ts'
import { accountDeletionBody, passwordBody, signedInResponse } from '../contract.ts'
import { expireCookie } from '../cookies.ts'
import { authenticatedRoute } from '../route.ts'
import { clearClientState } from './logout.ts'
import { signedInResult } from './signed-in-result.ts'

export const accountRoutes = [
  authenticatedRoute({
    method: 'POST',
    path: '/access/password',
    auth: 'header-only',
    sensitive: true,
    issuesToken: true,
    summary: 'Changes the password, renews this session and revokes every other credential.',
    body: { type: JSON_TYPE, schema: passwordBody },
    responses: { 200: signedInResponse },
    errorCodes: ['credentials.invalid', 'rate.limited', ...PASSWORD_REFUSALS],
    async run(context) {
      const { engine, principal, body, clientInfo, credentials, request } = context
      const current = { password: body.current, knownDevice: credentials.cookies.known }
      const renewed = await changePassword(engine, principal, current, body.next, clientInfo, request.signal?.())
      if (renewed instanceof AuthError) return renewed
      const result = signedInResult(context, renewed)
      const expired = credentials.cookies.remember === undefined ? [] : expireCookie('remember', engine.policy.cookies)
      return { ...result, cookies: [...(result.cookies ?? []), ...expired] }
    },
  }),
  authenticatedRoute({
    method: 'DELETE',
    path: '/access/account',
    auth: 'header-only',
    sensitive: true,
    summary: 'Deletes the user and everything that belongs to the user.',
    body: { type: JSON_TYPE, schema: accountDeletionBody },
    responses: { 204: null },
    errorCodes: ['credentials.invalid', 'rate.limited'],
    async run(context) {
      const proof = { password: context.body.password, knownDevice: context.credentials.cookies.known }
      const refusal = await deleteAccount(context.engine, context.principal, proof, context.clientInfo, context.request.signal?.())
      return refusal ?? { status: 204, ...clearClientState(context) }
    },
  }),
]
