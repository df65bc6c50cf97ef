// Something read from the server: being read, failed, or here; read again in the foreground or behind what is shown.

import { useCallback, useEffect, useRef, useState } from 'react'

export type Loaded<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: unknown }
  | { readonly status: 'here'; readonly value: T; readonly readAt: number; readonly stale: unknown }

export interface Reading<T> {
  readonly state: Loaded<T>
  /** Says that it loads; for a first reading and for trying again. */
  readonly load: () => Promise<void>
  /** Keeps what is shown until the new reading is here, and also when it fails. */
  readonly refresh: (passive?: boolean) => Promise<void>
  readonly set: (value: T) => void
}

export function useLoaded<T>(read: (passive: boolean) => Promise<T>): Reading<T> {
  const [state, setState] = useState<Loaded<T>>({ status: 'loading' })
  const latest = useRef(0)

  const run = useCallback(
    async (passive: boolean) => {
      latest.current += 1
      const mine = latest.current
      try {
        const value = await read(passive)
        // An answer that was overtaken by a later question must not undo it.
        if (mine === latest.current) setState({ status: 'here', value, readAt: Date.now(), stale: undefined })
      } catch (error) {
        if (mine === latest.current)
          setState((before) => (before.status === 'here' ? { ...before, stale: error } : { status: 'failed', error }))
      }
    },
    [read],
  )
  const load = useCallback(() => {
    setState({ status: 'loading' })
    return run(false)
  }, [run])
  const refresh = useCallback((passive = false) => run(passive), [run])
  const set = useCallback((value: T) => {
    latest.current += 1
    setState({ status: 'here', value, readAt: Date.now(), stale: undefined })
  }, [])

  useEffect(() => void load(), [load])
  return { state, load, refresh, set }
}
