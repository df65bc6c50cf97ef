// The user's sessions and remembered logins, refreshed while somebody looks at them, without keeping the session alive.

import { useEffect } from 'react'
import { latchkey } from '../shared/latchkey.ts'
import type { Lineage } from '../shared/lineages.ts'
import { type Resource, useResource } from '../shared/use-resource.ts'

const INTERVAL = 30_000

export function useSessions(): Resource<readonly Lineage[]> {
  const reading = useResource(readSessions)
  const { refresh, state } = reading
  const isHere = state.status === 'ready'

  useEffect(() => {
    if (!isHere) return
    let refreshedAt = Date.now()
    const refreshIfDue = () => {
      if (document.hidden || Date.now() < refreshedAt + INTERVAL) return
      refreshedAt = Date.now()
      void refresh(true)
    }
    const timer = setInterval(refreshIfDue, INTERVAL + 100)
    document.addEventListener('visibilitychange', refreshIfDue)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', refreshIfDue)
    }
  }, [isHere, refresh])
  return reading
}

const readSessions = (passive: boolean): Promise<readonly Lineage[]> => latchkey.sessions.list({ passive })
