// The login route: signs in with username and password.

import { AuthError } from '../../domain/errors.ts'
import { login } from '../../engine/login.ts'
import { JSON_TYPE } from '../body.ts'
import { loginBody, signedInResponse } from '../contract.ts'
import { openRoute } from '../route.ts'
import { presentedCredentials } from './presented-credentials.ts'
import { withKnownDeviceCookie } from './signed-in-result.ts'

export const loginRoutes = [
  openRoute({
    method: 'POST',
    path: '/access/login',
    auth: 'allowed-origin',
    issuesToken: true,
    summary: 'Signs in with username and password. Revokes the previous sign-in of this client.',
    body: { type: JSON_TYPE, schema: loginBody },
    responses: { 200: signedInResponse },
    errorCodes: ['credentials.invalid', 'rate.limited'],
    async run(context) {
      const input = { ...context.body, knownDevice: context.credentials.cookies.known }
      const signedIn = await login(context.engine, input, context.clientInfo, presentedCredentials(context), context.request.signal?.())
      return signedIn instanceof AuthError ? signedIn : withKnownDeviceCookie(context, signedIn, context.body.username)
    },
  }),
]
