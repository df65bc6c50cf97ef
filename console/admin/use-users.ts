// The users that are listed: page by page, or the one that was asked for; what is done to one of them shows at once.

import { useCallback, useRef, useState } from 'react'
import { type Reading, useLoaded } from '../shared/use-loaded.ts'
import { type UserRecord, type UsersPage, users } from './users.ts'

export interface ListedUsers extends Reading<UsersPage> {
  /** Who is looked for; empty for everybody. */
  readonly name: string
  readonly find: (name: string) => void
  readonly more: () => Promise<void>
  readonly add: (user: UserRecord) => void
  /** Shows somebody who is listed as they are now. */
  readonly put: (user: UserRecord) => void
  readonly drop: (code: string) => void
}

export function useUsers(): ListedUsers {
  const [name, find] = useState('')
  const kept = useRef<UsersPage>(undefined)
  const read = useCallback(async () => {
    kept.current = undefined
    kept.current = await (name === '' ? users.list() : users.find(name))
    return kept.current
  }, [name])
  const reading = useLoaded(read)
  const { set } = reading

  const change = useCallback(
    (next: (page: UsersPage) => UsersPage) => {
      if (kept.current === undefined) return
      kept.current = next(kept.current)
      set(kept.current)
    },
    [set],
  )
  const more = useCallback(async () => {
    const after = kept.current?.next
    if (after === undefined || after === null) return
    const following = await users.list(after)
    change((page) => ({ users: withAll(page.users, following.users), next: following.next }))
  }, [change])
  const add = useCallback(
    (user: UserRecord) => {
      if (name === '') change((page) => ({ ...page, users: withAll(page.users, [user]) }))
      else find('')
    },
    [name, change],
  )
  const put = useCallback(
    (user: UserRecord) => change((page) => ({ ...page, users: page.users.map((each) => (each.code === user.code ? user : each)) })),
    [change],
  )
  const drop = useCallback(
    (code: string) => change((page) => ({ ...page, users: page.users.filter((user) => user.code !== code) })),
    [change],
  )
  return { ...reading, name, find, more, add, put, drop }
}

/** Somebody who was added here comes again with a later page. */
function withAll(listed: readonly UserRecord[], more: readonly UserRecord[]): readonly UserRecord[] {
  const known = new Set(listed.map(({ code }) => code))
  return [...listed, ...more.filter(({ code }) => !known.has(code))]
}
