// Minting a token for a session that was just verified.

import { AuthError } from '../domain/errors.ts'
import { describeSession } from './describe.ts'
import { mintToken, type SignedIn } from './issue.ts'
import type { Parts } from './parts.ts'
import type { Principal } from './principal.ts'

/** @throws StoreError */
export async function mintForSession(parts: Parts, principal: Principal): Promise<SignedIn | AuthError> {
  const session = await describeSession(parts, principal)
  if (session instanceof AuthError) return session
  const { userCode, roles, sid } = principal
  const token = mintToken(parts, { ...principal, sessionExpiresAt: session.expiresAt }, parts.clock.now())
  const known = parts.verified.known(sid)
  if (known) parts.verified.remember('token', token.token, principal, known, token.expiresAt)
  return {
    user: { code: userCode, username: session.username, roles },
    token,
    session,
    sessionCredential: undefined,
    rememberedCredential: undefined,
  }
}
