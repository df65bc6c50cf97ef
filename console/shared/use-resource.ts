// A resource of the server: loading, failed or ready; it can be refreshed in the background.

import { useCallback, useEffect, useRef, useState } from 'react'

export type LoadState<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: unknown }
  | { readonly status: 'ready'; readonly value: T; readonly readAt: number; readonly stale: unknown }

export interface Resource<T> {
  readonly state: LoadState<T>
  /** Loads it in the foreground: the first time, and to try again. */
  readonly load: () => Promise<void>
  /** Loads it in the background: the current value stays until then, and if it fails. */
  readonly refresh: (passive?: boolean) => Promise<void>
  readonly set: (value: T) => void
}

/** A resource whose value can be changed locally, while a refresh may be running. */
export interface EditableResource<T> extends Resource<T> {
  /** The value; undefined unless ready. */
  readonly current: () => T | undefined
  readonly change: (value: T) => void
}

/** @param read may merge the response with the current value */
export function useResource<T>(read: (passive: boolean, current: () => T | undefined) => Promise<T>): EditableResource<T> {
  const [state, setState] = useState<LoadState<T>>({ status: 'loading' })
  const latest = useRef(0)
  const kept = useRef<T>(undefined)

  const current = useCallback(() => kept.current, [])
  const change = useCallback((value: T) => {
    kept.current = value
    setState({ status: 'ready', value, readAt: Date.now(), stale: undefined })
  }, [])
  const run = useCallback(
    async (passive: boolean) => {
      latest.current += 1
      const own = latest.current
      // A response must not overwrite that of a later request.
      const isOutdated = () => own !== latest.current
      try {
        const value = await read(passive, current)
        if (!isOutdated()) change(value)
      } catch (error) {
        if (!isOutdated()) setState((before) => (before.status === 'ready' ? { ...before, stale: error } : { status: 'failed', error }))
      }
    },
    [read, current, change],
  )
  const load = useCallback(() => {
    kept.current = undefined
    setState({ status: 'loading' })
    return run(false)
  }, [run])
  const refresh = useCallback((passive = false) => run(passive), [run])
  const set = useCallback(
    (value: T) => {
      latest.current += 1
      change(value)
    },
    [change],
  )

  useEffect(() => void load(), [load])
  return { state, load, refresh, set, current, change }
}
