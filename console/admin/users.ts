// A user as administrators see one, and what they do to one.

import type { EndedCounts, OperationsPage } from '../../src/client/index.ts'
import type { Listed } from '../shared/lineages.ts'
import { administer } from './administer.ts'

export interface UserRecord {
  readonly code: string
  readonly username: string
  readonly email: string | null
  readonly roles: readonly string[]
  readonly disabled: boolean
  /** ISO 8601. */
  readonly createdAt: string
}

export interface NewUserRecord {
  readonly username: string
  readonly password: string
  readonly email?: string
  readonly roles: readonly string[]
}

export interface UsersPage {
  readonly users: readonly UserRecord[]
  readonly next: string | null
}

export interface ChangedUser {
  readonly user: UserRecord
  readonly ended: EndedCounts
}

/** Each is a change of its own. */
export type UserChange = { readonly roles: readonly string[] } | { readonly disabled: boolean } | { readonly password: string }

const PAGE = 50
const RECORD_PAGE = 20

export const users = {
  list: (after?: string) => administer<UsersPage>('GET', `/users?limit=${PAGE}${following('after', after)}`),
  find: (name: string) => administer<UsersPage>('GET', `/users?name=${encodeURIComponent(name)}`),
  add: async (user: NewUserRecord) => (await administer<{ user: UserRecord }>('POST', '/users', user)).user,
  read: async (code: string) => (await administer<{ user: UserRecord }>('GET', pathOf(code))).user,
  change: (code: string, change: UserChange) => administer<ChangedUser>('PATCH', pathOf(code), change),
  remove: (code: string) => administer('DELETE', pathOf(code)),
  sessions: (code: string) => administer<readonly Listed[]>('GET', `${pathOf(code)}/sessions`),
  endSession: async (id: string) => (await administer<Ended>('DELETE', `/sessions/${encodeURIComponent(id)}`)).ended,
  endEverything: async (code: string) => (await administer<Ended>('DELETE', `${pathOf(code)}/sessions`)).ended,
  operations: (code: string, before?: string) =>
    administer<OperationsPage>('GET', `${pathOf(code)}/operations?limit=${RECORD_PAGE}${following('before', before)}`),
}

interface Ended {
  readonly ended: EndedCounts
}

function pathOf(code: string): string {
  return `/users/${encodeURIComponent(code)}`
}

function following(name: 'after' | 'before', cursor: string | undefined): string {
  return cursor === undefined ? '' : `&${name}=${encodeURIComponent(cursor)}`
}
