// Calls the admin API. A call that needs re-authentication waits for the password and is then repeated.

import { createApiCall } from '../../src/client/http.ts'
import { LatchkeyError } from '../../src/client/index.ts'
import { latchkey } from '../shared/latchkey.ts'
import { getAdminSession, requestPassword, updateAdminSession } from './admin-session.ts'

const TIMEOUT_MS = 20_000
/** Also for PATCH: the body names a change, and is no merge patch. */
const JSON_TYPE = { 'content-type': 'application/json' }

const call = createApiCall(location.origin, TIMEOUT_MS, (...request) => latchkey.fetch(...request))

/** @throws LatchkeyError */
export async function callAdminApi<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const own = latchkey.user?.id
  const isOtherUser = () => latchkey.user?.id !== own
  for (;;) {
    const { signIns } = getAdminSession()
    try {
      const response = await call<T>(method, `/access/admin${path}`, body === undefined ? {} : { body, headers: JSON_TYPE })
      updateAdminSession({ lastUsedAt: Date.now() })
      return response
    } catch (error) {
      // Never repeat a call as another user, who has signed in meanwhile.
      if (isOtherUser()) throw error
      if (hasCode(error, 'role.required')) updateAdminSession({ isForbidden: true })
      if (!hasCode(error, 'reauthentication.required')) throw error
      // The password may have been entered for another call in the meantime.
      const isFresh = signIns !== getAdminSession().signIns || (await requestPassword())
      if (!isFresh || isOtherUser()) throw error
    }
  }
}

export function hasCode(error: unknown, code: LatchkeyError['code']): error is LatchkeyError {
  return error instanceof LatchkeyError && error.code === code
}
