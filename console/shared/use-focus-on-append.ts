// Moves the focus to the first new entry after a list has grown, since the button may be gone.

import { type RefObject, useCallback, useLayoutEffect, useRef } from 'react'

/** @param count the number of entries shown; each entry, or its first link, must be focusable */
export function useFocusOnAppend(list: RefObject<HTMLElement | null>, count: number): (more: () => Promise<void>) => Promise<void> {
  const from = useRef<number>(undefined)

  useLayoutEffect(() => {
    const first = from.current !== undefined && from.current < count ? list.current?.children[from.current] : undefined
    from.current = undefined
    const { activeElement } = document
    const isElsewhere = activeElement !== null && activeElement !== document.body && activeElement.closest('.more') === null
    if (first instanceof HTMLElement && !isElsewhere) (first.querySelector('a') ?? first).focus()
  }, [list, count])

  return useCallback(
    async (more) => {
      from.current = count
      await more().catch((error: unknown) => {
        from.current = undefined
        throw error
      })
    },
    [count],
  )
}
