// Who may administer, and who acts then.

import type { Administrator } from '../../../engine/audited-write.ts'
import type { AuthenticatedContext } from '../../route.ts'

/** What every path of administration asks for. */
export const adminAccess = { auth: 'header-only', role: 'admin', fresh: true, sensitive: true } as const

export const USER = '/access/admin/users/:userId'

export function actorOf({ principal, clientInfo }: AuthenticatedContext<unknown, unknown>): Administrator {
  return { principal, clientInfo }
}
