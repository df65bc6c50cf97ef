// Minting a token for a session that was just verified.

import { AuthError } from '../domain/errors.ts'
import { describeSession } from './describe.ts'
import { mintToken, type SignedIn } from './issue.ts'
import type { Parts } from './parts.ts'
import type { Principal } from './principal.ts'

/** The token says what the session may do now, which may be newer than what the principal says. @throws StoreError */
export async function mintForSession(parts: Parts, principal: Principal): Promise<SignedIn | AuthError> {
  const { userId, sid } = principal
  const session = await describeSession(parts, principal)
  if (session instanceof AuthError) return session
  const known = parts.verified.known(sid)
  const { roles } = known?.view ?? session
  const token = mintToken(parts, { ...principal, roles, sessionExpiresAt: session.expiresAt }, parts.clock.now())
  if (known) parts.verified.rememberToken(token.token, { ...principal, roles }, known, token.expiresAt)
  return {
    user: { id: userId, username: session.username, roles },
    token,
    session,
    sessionCredential: undefined,
    rememberedCredential: undefined,
    deviceChallenge: undefined,
    pair: undefined,
  }
}
