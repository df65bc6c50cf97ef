// Runs an action of the user, one at a time, and keeps its error until the next attempt.

import { useCallback, useRef, useState } from 'react'
import { failureText } from './failure-text.ts'

export interface Action {
  readonly busy: boolean
  /** The error text of the last attempt. */
  readonly failure: string | undefined
  readonly failed: (text: string | undefined) => void
  /** Resolves to whether the action succeeded. */
  readonly run: (act: () => Promise<void>) => Promise<boolean>
}

export function useAction(): Action {
  const [busy, setBusy] = useState(false)
  const [failure, failed] = useState<string>()
  const running = useRef(false)

  const run = useCallback(async (act: () => Promise<void>) => {
    if (running.current) return false
    running.current = true
    setBusy(true)
    failed(undefined)
    try {
      await act()
      return true
    } catch (error) {
      failed(failureText(error))
      return false
    } finally {
      running.current = false
      setBusy(false)
    }
  }, [])
  return { busy, failure, failed, run }
}
