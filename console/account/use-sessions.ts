// The sessions and remember-me logins of the user, refreshed while the page is visible, without extending the session.

import { useEffect } from 'react'
import { latchkey } from '../shared/latchkey.ts'
import type { Lineage } from '../shared/lineages.ts'
import { type Resource, useResource } from '../shared/use-resource.ts'

const INTERVAL_MS = 30_000

export function useSessions(): Resource<readonly Lineage[]> {
  const resource = useResource(readSessions)
  const { refresh, state } = resource
  const isReady = state.status === 'ready'

  useEffect(() => {
    if (!isReady) return
    let refreshedAt = Date.now()
    const refreshIfDue = () => {
      if (document.hidden || Date.now() < refreshedAt + INTERVAL_MS) return
      refreshedAt = Date.now()
      void refresh(true)
    }
    const timer = setInterval(refreshIfDue, INTERVAL_MS + 100)
    document.addEventListener('visibilitychange', refreshIfDue)
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', refreshIfDue)
    }
  }, [isReady, refresh])
  return resource
}

const readSessions = (passive: boolean): Promise<readonly Lineage[]> => latchkey.sessions.list({ passive })
