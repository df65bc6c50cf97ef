// Helpers for the admin tests: requests of an admin, and the audit events of a user.

import type { InProcess, InProcessResponse } from '../support/in-process.ts'
import type { SignedInUser } from '../support/users.ts'

export const NEW = { username: 'Grace', password: 'seven-grey-herons-at-dusk' }

/** Requests of this admin, by token alone. */
export function asUser({ token }: Pick<SignedInUser, 'token'>, latchkey: InProcess) {
  return (method: string, path: string, body?: unknown): Promise<InProcessResponse> =>
    latchkey.call(method, `/access/admin${path}`, { headers: { authorization: token }, body, type: 'application/json' })
}

export async function auditEventsOf({ engine }: InProcess, userId: string) {
  const events = await engine.store.auditEvents.list(userId, null, 50)
  return events.map(({ action, detail, ip, sessionId }) => ({ action, detail, ip, sessionId }))
}
