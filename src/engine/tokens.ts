// Issues an access token for a session that was just verified.

import { AuthError } from '../domain/errors.ts'
import type { EngineContext } from './context.ts'
import { issueToken, type SignInResult } from './issue-credentials.ts'
import type { Principal } from './principal.ts'
import { getSessionView } from './session-view.ts'

/** The token has the session's current roles, which may be newer than the principal's. @throws StoreError */
export async function issueTokenForSession(context: EngineContext, principal: Principal): Promise<SignInResult | AuthError> {
  const { userId, sid } = principal
  const session = await getSessionView(context, principal)
  if (session instanceof AuthError) return session
  const cached = context.credentialCache.lookup(sid)
  const { roles } = cached?.view ?? session
  const token = issueToken(context, { ...principal, roles, sessionExpiresAt: session.expiresAt }, context.clock.now())
  if (cached) context.credentialCache.putToken(token.token, { ...principal, roles }, cached, token.expiresAt)
  return {
    user: { id: userId, username: session.username, roles },
    token,
    session,
    sessionCredential: undefined,
    rememberMeCredential: undefined,
    deviceChallenge: undefined,
    pair: undefined,
  }
}
