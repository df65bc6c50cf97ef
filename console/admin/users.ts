// The admin API of users.

import type { AuditEventsPage, RevokedCounts } from '../../src/client/index.ts'
import type { Lineage } from '../shared/lineages.ts'
import { callAdminApi } from './admin-api.ts'

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
  readonly ended: RevokedCounts
}

/** A PATCH makes one change. */
export type UserChange = { readonly roles: readonly string[] } | { readonly disabled: boolean } | { readonly password: string }

const PAGE = 50
const EVENTS_PAGE = 20

export const users = {
  list: (after?: string) => callAdminApi<UsersPage>('GET', `/users?limit=${PAGE}${following('after', after)}`),
  find: (name: string) => callAdminApi<UsersPage>('GET', `/users?name=${encodeURIComponent(name)}`),
  add: async (user: NewUserRecord) => (await callAdminApi<{ user: UserRecord }>('POST', '/users', user)).user,
  read: async (id: string) => (await callAdminApi<{ user: UserRecord }>('GET', pathOf(id))).user,
  change: (id: string, change: UserChange) => callAdminApi<ChangedUser>('PATCH', pathOf(id), change),
  remove: (id: string) => callAdminApi('DELETE', pathOf(id)),
  sessions: (id: string) => callAdminApi<readonly Lineage[]>('GET', `${pathOf(id)}/sessions`),
  revokeSession: async (id: string) => (await callAdminApi<Revoked>('DELETE', `/sessions/${encodeURIComponent(id)}`)).ended,
  revokeAllSessions: async (id: string) => (await callAdminApi<Revoked>('DELETE', `${pathOf(id)}/sessions`)).ended,
  events: (id: string, before?: string) =>
    callAdminApi<AuditEventsPage>('GET', `${pathOf(id)}/audit-events?limit=${EVENTS_PAGE}${following('before', before)}`),
}

interface Revoked {
  readonly ended: RevokedCounts
}

function pathOf(id: string): string {
  return `/users/${encodeURIComponent(id)}`
}

function following(name: 'after' | 'before', cursor: string | undefined): string {
  return cursor === undefined ? '' : `&${name}=${encodeURIComponent(cursor)}`
}
