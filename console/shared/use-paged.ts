// A list that comes page by page, and goes on where it ended when asked.

import { useCallback } from 'react'
import { type EditableResource, useResource } from './use-resource.ts'

export interface Paged<Page> extends EditableResource<Page> {
  readonly more: () => Promise<void>
}

interface Pages<Page> {
  readonly read: (passive: boolean, current: () => Page | undefined) => Promise<Page>
  readonly readNext: (cursor: string) => Promise<Page>
  readonly join: (page: Page, following: Page) => Page
}

/** Each of the functions must stay the same as long as the list does. */
export function usePaged<Page extends { readonly next: string | null }>({ read, readNext, join }: Pages<Page>): Paged<Page> {
  const reading = useResource(read)
  const { current, change } = reading

  const more = useCallback(async () => {
    const cursor = current()?.next
    if (cursor === undefined || cursor === null) return
    const following = await readNext(cursor)
    const now = current()
    // What is shown by now may be another list, or go on from elsewhere.
    if (now?.next === cursor) change(join(now, following))
  }, [readNext, join, current, change])
  return { ...reading, more }
}
