// The list of users: page by page or by search. Local changes show immediately.

import { useCallback, useState } from 'react'
import { type Paged, usePaged } from '../shared/use-paged.ts'
import { type UserRecord, type UsersPage, users } from './users.ts'

export interface ListedUsers extends Paged<UsersPage> {
  /** The search term; empty for all users. */
  readonly name: string
  readonly find: (name: string) => void
  readonly add: (user: UserRecord) => void
  /** Updates a listed user. */
  readonly replace: (user: UserRecord) => void
  readonly remove: (id: string) => void
  /** The user as listed, if listed. */
  readonly findListed: (id: string) => UserRecord | undefined
}

export function useUsers(): ListedUsers {
  const [name, find] = useState('')
  const read = useCallback(() => (name === '' ? users.list() : users.find(name)), [name])
  const resource = usePaged({ read, readNext: users.list, join })
  const { current, change } = resource

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
  return { ...resource, name, find, add, replace, remove, findListed }
}

function join(page: UsersPage, following: UsersPage): UsersPage {
  return { users: mergeUsers(page.users, following.users), next: following.next }
}

/** A user who was added on this page may be in a later page too. */
function mergeUsers(listed: readonly UserRecord[], more: readonly UserRecord[]): readonly UserRecord[] {
  const known = new Set(listed.map(({ id }) => id))
  return [...listed, ...more.filter(({ id }) => !known.has(id))]
}
