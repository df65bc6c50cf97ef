// Who may administer, and who acts then.

import type { Administrator } from '../../../engine/actor.ts'
import type { ProvenCall } from '../../route.ts'

/** What every path of administration asks for. */
export const administrators = { proof: 'header', role: 'admin', fresh: true, sensitive: true } as const

export const USER = '/access/admin/users/:userId'

export function actorOf({ principal, whence }: ProvenCall<unknown, unknown>): Administrator {
  return { principal, whence }
}
