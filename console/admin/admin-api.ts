// Calls of the paths for administrators. One that is refused because the password was typed too long ago waits for it and is repeated.

import { createApiCall } from '../../src/client/http.ts'
import { LatchkeyError } from '../../src/client/index.ts'
import { latchkey } from '../shared/latchkey.ts'
import { getAdminSession, requestPassword, updateAdminSession } from './admin-session.ts'

const TIMEOUT = 20_000
/** Of a PATCH too: what is sent is a change with a name, not a document to be merged. */
const JSON_TYPE = { 'content-type': 'application/json' }

const call = createApiCall(location.origin, TIMEOUT, (...request) => latchkey.fetch(...request))

/** @throws LatchkeyError */
export async function callAdminApi<T>(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const own = latchkey.user?.id
  const isAnother = () => latchkey.user?.id !== own
  for (;;) {
    const { signIns } = getAdminSession()
    try {
      const answer = await call<T>(method, `/access/admin${path}`, body === undefined ? {} : { body, headers: JSON_TYPE })
      updateAdminSession({ lastUsedAt: Date.now() })
      return answer
    } catch (error) {
      // What one user was about to do is not done by another, who signed in meanwhile.
      if (isAnother()) throw error
      if (hasCode(error, 'role.required')) updateAdminSession({ isForbidden: true })
      if (!hasCode(error, 'reauthentication.required')) throw error
      // Somebody may have typed it while this call was on its way.
      const isTyped = signIns !== getAdminSession().signIns || (await requestPassword())
      if (!isTyped || isAnother()) throw error
    }
  }
}

export function hasCode(error: unknown, code: LatchkeyError['code']): error is LatchkeyError {
  return error instanceof LatchkeyError && error.code === code
}
