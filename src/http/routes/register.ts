// The registration route: creates a user and signs in.

import { UNKNOWN_ADDRESS } from '../../domain/client-network.ts'
import { AuthError } from '../../domain/errors.ts'
import { PASSWORD_REFUSALS } from '../../domain/password.ts'
import { register } from '../../engine/register.ts'
import { JSON_TYPE } from '../body.ts'
import { registerBody, signedInResponse } from '../contract.ts'
import { openRoute } from '../route.ts'
import { presentedCredentials } from './presented-credentials.ts'
import { withKnownDeviceCookie } from './signed-in-result.ts'

export const registerRoutes = [
  openRoute({
    method: 'POST',
    path: '/access/register',
    auth: 'allowed-origin',
    issuesToken: true,
    summary: 'Creates a user and signs in.',
    body: { type: JSON_TYPE, schema: registerBody },
    responses: { 201: signedInResponse },
    errorCodes: ['registration.closed', 'username.taken', 'username.invalid', 'rate.limited', ...PASSWORD_REFUSALS],
    async run(context) {
      if (context.engine.policy.registration === 'closed') return new AuthError('registration.closed', { setting: 'LATCHKEY_REGISTRATION' })
      const { body } = context
      const input = { ...body, email: body.email ?? null }
      // Over HTTP the host never registers users itself: all clients without an address share one limit.
      const clientInfo = { ...context.clientInfo, ip: context.clientInfo.ip || UNKNOWN_ADDRESS }
      const registered = await register(context.engine, input, clientInfo, presentedCredentials(context), context.request.signal?.())
      return registered instanceof AuthError ? registered : { ...withKnownDeviceCookie(context, registered, body.username), status: 201 }
    },
  }),
]
