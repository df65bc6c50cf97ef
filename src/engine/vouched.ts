// Signing in somebody for whom the host vouches: it knows them by other means than a password that we keep.

import { AuthError } from '../domain/errors.ts'
import { type JsonObject, MAX_SESSION_DATA } from '../domain/session-data.ts'
import type { SignedIn } from './issue.ts'
import { MAX_ATTEMPTS, type Parts, type Whence } from './parts.ts'
import { byteLength } from './session-data.ts'
import { beginLineage, type SignInWish } from './sign-in.ts'
import { findUser } from './users.ts'

export interface VouchedSignIn extends Omit<SignInWish, 'data'> {
  /** What the session's data begins with. */
  readonly data: JsonObject
}

const NOTHING = { sessions: [], rememberMe: [] }

/**
 * Begins a lineage without a password: it is never fresh. Refusals: `resource.not_found` (no such user, or disabled), `data.too_large`.
 *
 * @throws StoreError
 */
export async function signInVouched(parts: Parts, nameOrCode: string, wish: VouchedSignIn, whence: Whence): Promise<SignedIn | AuthError> {
  const data = JSON.stringify(wish.data)
  if (byteLength(data) > MAX_SESSION_DATA) return new AuthError('data.too_large')
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
    const user = await findUser(parts, nameOrCode)
    if (user === undefined || user.disabled) return new AuthError('resource.not_found')
    const isStill = { do: 'require user', id: user.id, version: user.version } as const
    const begun = await beginLineage(parts, user, { ...wish, data }, whence, NOTHING, 'login.external', [isStill])
    if (begun) return begun
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}
