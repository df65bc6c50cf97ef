// External sign-in: the host has authenticated the user by other means than a password that Latchkey stores.

import { AuthError } from '../domain/errors.ts'
import { type JsonObject, MAX_SESSION_DATA } from '../domain/session-data.ts'
import { type ClientInfo, type EngineContext, MAX_CAS_RETRIES } from './context.ts'
import type { SignInResult } from './issue-credentials.ts'
import { byteLength } from './session-data.ts'
import { createSignIn, type SignInOptions } from './sign-in.ts'
import { findUser } from './users.ts'

export interface ExternalSignIn extends Omit<SignInOptions, 'data'> {
  /** The initial session data. */
  readonly data: JsonObject
}

const NO_CREDENTIALS = { sessions: [], rememberMe: [] }

/**
 * Starts a lineage without a password; its session is never fresh. Refusals: `resource.not_found` (no such user, or disabled),
 * `data.too_large`.
 *
 * @throws StoreError
 */
export async function signInExternal(
  context: EngineContext,
  nameOrId: string,
  options: ExternalSignIn,
  clientInfo: ClientInfo,
): Promise<SignInResult | AuthError> {
  const data = JSON.stringify(options.data)
  if (byteLength(data) > MAX_SESSION_DATA) return new AuthError('data.too_large')
  for (let attempt = 0; attempt < MAX_CAS_RETRIES; attempt += 1) {
    const user = await findUser(context, nameOrId)
    if (user === undefined || user.disabled) return new AuthError('resource.not_found')
    const userUnchanged = { do: 'require user', id: user.id, version: user.version } as const
    const result = await createSignIn(context, user, { ...options, data }, clientInfo, NO_CREDENTIALS, 'login.external', [userUnchanged])
    if (result) return result
  }
  return new AuthError('server.busy', { retryAfter: 1 })
}
