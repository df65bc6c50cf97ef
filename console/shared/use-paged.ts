// A list that comes page by page, and goes on where it ended when asked.

import { useCallback } from 'react'
import { type Changing, useLoaded } from './use-loaded.ts'

export interface Paged<Page> extends Changing<Page> {
  readonly more: () => Promise<void>
}

interface Pages<Page> {
  readonly read: (passive: boolean, current: () => Page | undefined) => Promise<Page>
  readonly readOn: (cursor: string) => Promise<Page>
  readonly join: (page: Page, following: Page) => Page
}

/** Each of the functions must stay the same as long as the list does. */
export function usePaged<Page extends { readonly next: string | null }>({ read, readOn, join }: Pages<Page>): Paged<Page> {
  const reading = useLoaded(read)
  const { current, change } = reading

  const more = useCallback(async () => {
    const cursor = current()?.next
    if (cursor === undefined || cursor === null) return
    const following = await readOn(cursor)
    const now = current()
    // What is shown by now may be another list, or go on from elsewhere.
    if (now?.next === cursor) change(join(now, following))
  }, [readOn, join, current, change])
  return { ...reading, more }
}
