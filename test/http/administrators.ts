// What administrators ask for, and what is on record of it afterwards.

import type { Called, InProcess } from '../support/in-process.ts'
import type { SignedInPerson } from '../support/people.ts'

export const NEW = { username: 'Grace', password: 'seven-grey-herons-at-dusk' }

/** Requests of this administrator, by the token alone. */
export function as({ token }: Pick<SignedInPerson, 'token'>, latchkey: InProcess) {
  return (method: string, path: string, body?: unknown): Promise<Called> =>
    latchkey.call(method, `/access/admin${path}`, { headers: { authorization: token }, body, type: 'application/json' })
}

export async function recordOf({ engine }: InProcess, userId: string) {
  const events = await engine.store.auditEvents.list(userId, null, 50)
  return events.map(({ action, detail, ip, sessionId }) => ({ action, detail, ip, sessionId }))
}
