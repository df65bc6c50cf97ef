// Something read from the server: being read, failed, or here; read again in the foreground or behind what is shown.

import { useCallback, useEffect, useRef, useState } from 'react'

export type LoadState<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: unknown }
  | { readonly status: 'ready'; readonly value: T; readonly readAt: number; readonly stale: unknown }

export interface Resource<T> {
  readonly state: LoadState<T>
  /** Says that it loads; for a first reading and for trying again. */
  readonly load: () => Promise<void>
  /** Keeps what is shown until the new reading is here, and also when it fails. */
  readonly refresh: (passive?: boolean) => Promise<void>
  readonly set: (value: T) => void
}

/** A reading whose value can be changed in place, behind which a later reading may be on its way. */
export interface EditableResource<T> extends Resource<T> {
  /** Undefined unless it is here. */
  readonly current: () => T | undefined
  readonly change: (value: T) => void
}

/** @param read may build upon what is here when its answer comes */
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
      const mine = latest.current
      // An answer that was overtaken by a later question must not undo it.
      const isOvertaken = () => mine !== latest.current
      try {
        const value = await read(passive, current)
        if (!isOvertaken()) change(value)
      } catch (error) {
        if (!isOvertaken()) setState((before) => (before.status === 'ready' ? { ...before, stale: error } : { status: 'failed', error }))
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
