// A user as administrators see one, and what they do to one.

import type { EndedCounts, AuditEventsPage } from '../../src/client/index.ts'
import type { Listed } from '../shared/lineages.ts'
import { administer } from './administer.ts'

export interface UserRecord {
  readonly id: string
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
  read: async (id: string) => (await administer<{ user: UserRecord }>('GET', pathOf(id))).user,
  change: (id: string, change: UserChange) => administer<ChangedUser>('PATCH', pathOf(id), change),
  remove: (id: string) => administer('DELETE', pathOf(id)),
  sessions: (id: string) => administer<readonly Listed[]>('GET', `${pathOf(id)}/sessions`),
  endSession: async (id: string) => (await administer<Ended>('DELETE', `/sessions/${encodeURIComponent(id)}`)).ended,
  endEverything: async (id: string) => (await administer<Ended>('DELETE', `${pathOf(id)}/sessions`)).ended,
  events: (id: string, before?: string) =>
    administer<AuditEventsPage>('GET', `${pathOf(id)}/audit-events?limit=${RECORD_PAGE}${following('before', before)}`),
}

interface Ended {
  readonly ended: EndedCounts
}

function pathOf(id: string): string {
  return `/users/${encodeURIComponent(id)}`
}

function following(name: 'after' | 'before', cursor: string | undefined): string {
  return cursor === undefined ? '' : `&${name}=${encodeURIComponent(cursor)}`
}
