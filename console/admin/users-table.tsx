// The table of users; on a narrow screen, a block for each user.

import type { Ref } from 'react'
import { formatDay } from '../shared/format-time.ts'
import { t } from './i18n.ts'
import { RoleBadges } from './role-badges.tsx'
import { UserState } from './user-state.tsx'
import type { UserRecord } from './users.ts'

interface UsersTableProps {
  readonly users: readonly UserRecord[]
  /** The id of the signed-in user. */
  readonly own: string
  readonly bodyRef: Ref<HTMLTableSectionElement>
}

export function UsersTable({ users, own, bodyRef }: UsersTableProps) {
  return (
    <table className="listing">
      <thead>
        <tr>
          <th scope="col">{t('name')}</th>
          <th scope="col">{t('roles')}</th>
          <th scope="col">{t('state')}</th>
          <th scope="col">{t('since')}</th>
        </tr>
      </thead>
      <tbody ref={bodyRef}>
        {users.map((user) => (
          <tr key={user.id}>
            <th scope="row">
              <a href={`#${user.id}`}>{user.username}</a>
              {user.id === own && (
                <span className="own">
                  {t('you')} · <a href="/account">{t('myAccount')}</a>
                </span>
              )}
            </th>
            <td>
              <RoleBadges roles={user.roles} />
            </td>
            <td className="state">
              <UserState user={user} />
            </td>
            <td data-label={t('since')}>
              <time dateTime={user.createdAt}>{formatDay(user.createdAt)}</time>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
