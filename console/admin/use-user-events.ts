// The audit events of a user, newest first, with older pages on request.

import { useCallback } from 'react'
import type { AuditEventsPage } from '../../src/client/index.ts'
import { joinEvents, withOlder } from '../shared/audit-event-pages.ts'
import { type Paged, usePaged } from '../shared/use-paged.ts'
import { users } from './users.ts'

export function useUserEvents(id: string): Paged<AuditEventsPage> {
  const read = useCallback(
    async (_passive: boolean, current: () => AuditEventsPage | undefined) => {
      const recent = await users.events(id)
      return withOlder(recent, current())
    },
    [id],
  )
  const readNext = useCallback((cursor: string) => users.events(id, cursor), [id])
  return usePaged({ read, readNext, join: joinEvents })
}
