// A resource that is loaded page by page.

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

/** The functions must keep their identity between renders. */
export function usePaged<Page extends { readonly next: string | null }>({ read, readNext, join }: Pages<Page>): Paged<Page> {
  const resource = useResource(read)
  const { current, change } = resource

  const more = useCallback(async () => {
    const cursor = current()?.next
    if (cursor === undefined || cursor === null) return
    const following = await readNext(cursor)
    const now = current()
    // The list may have been replaced or extended in the meantime.
    if (now?.next === cursor) change(join(now, following))
  }, [readNext, join, current, change])
  return { ...resource, more }
}
