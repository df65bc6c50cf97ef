// The users that are listed: page by page, or the one that was asked for; what is done to one of them shows at once.

import { useCallback, useState } from 'react'
import { type Paged, usePaged } from '../shared/use-paged.ts'
import { type UserRecord, type UsersPage, users } from './users.ts'

export interface ListedUsers extends Paged<UsersPage> {
  /** Who is looked for; empty for everybody. */
  readonly name: string
  readonly find: (name: string) => void
  readonly add: (user: UserRecord) => void
  /** Shows somebody who is listed as they are now. */
  readonly replace: (user: UserRecord) => void
  readonly remove: (id: string) => void
  /** As somebody is listed, if they are. */
  readonly findListed: (id: string) => UserRecord | undefined
}

export function useUsers(): ListedUsers {
  const [name, find] = useState('')
  const read = useCallback(() => (name === '' ? users.list() : users.find(name)), [name])
  const reading = usePaged({ read, readNext: users.list, join })
  const { current, change } = reading

  const edit = useCallback(
    (next: (listed: readonly UserRecord[]) => readonly UserRecord[]) => {
      const page = current()
      if (page !== undefined) change({ ...page, users: next(page.users) })
    },
    [current, change],
  )
  const add = useCallback(
    (user: UserRecord) => {
      if (name === '') edit((listed) => mergeUsers(listed, [user]))
      else find('')
    },
    [name, edit],
  )
  const replace = useCallback((user: UserRecord) => edit((listed) => listed.map((each) => (each.id === user.id ? user : each))), [edit])
  const remove = useCallback((id: string) => edit((listed) => listed.filter((user) => user.id !== id)), [edit])
  const findListed = useCallback((id: string) => current()?.users.find((user) => user.id === id), [current])
  return { ...reading, name, find, add, replace, remove, findListed }
}

function join(page: UsersPage, following: UsersPage): UsersPage {
  return { users: mergeUsers(page.users, following.users), next: following.next }
}

/** Somebody who was added here comes again with a later page. */
function mergeUsers(listed: readonly UserRecord[], more: readonly UserRecord[]): readonly UserRecord[] {
  const known = new Set(listed.map(({ id }) => id))
  return [...listed, ...more.filter(({ id }) => !known.has(id))]
}
