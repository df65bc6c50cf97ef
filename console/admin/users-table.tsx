// Users in a table; where the screen is narrow, each is a block of lines.

import type { Ref } from 'react'
import { sayDay } from '../shared/times.ts'
import { RoleBadges } from './role-badges.tsx'
import { say } from './say.ts'
import { UserState } from './user-state.tsx'
import type { UserRecord } from './users.ts'

interface UsersTableProps {
  readonly users: readonly UserRecord[]
  /** The code of the reader. */
  readonly own: string
  readonly bodyRef: Ref<HTMLTableSectionElement>
}

export function UsersTable({ users, own, bodyRef }: UsersTableProps) {
  return (
    <table className="listing">
      <thead>
        <tr>
          <th scope="col">{say('name')}</th>
          <th scope="col">{say('roles')}</th>
          <th scope="col">{say('state')}</th>
          <th scope="col">{say('since')}</th>
        </tr>
      </thead>
      <tbody ref={bodyRef}>
        {users.map((user) => (
          <tr key={user.id}>
            <th scope="row">
              <a href={`#${user.id}`}>{user.username}</a>
              {user.id === own && (
                <span className="own">
                  {say('you')} · <a href="/account">{say('myAccount')}</a>
                </span>
              )}
            </th>
            <td>
              <RoleBadges roles={user.roles} />
            </td>
            <td className="state">
              <UserState user={user} />
            </td>
            <td data-label={say('since')}>
              <time dateTime={user.createdAt}>{sayDay(user.createdAt)}</time>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
