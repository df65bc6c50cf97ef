// The access policy of admin routes, and the administrator of a request.

import type { Administrator } from '../../../engine/audited-write.ts'
import type { AuthenticatedContext } from '../../route.ts'

/** What every admin route requires. */
export const adminAccess = { auth: 'header-only', role: 'admin', fresh: true, sensitive: true } as const

export const USER = '/access/admin/users/:userId'

export function actorOf({ principal, clientInfo }: AuthenticatedContext<unknown, unknown>): Administrator {
  return { principal, clientInfo }
}
