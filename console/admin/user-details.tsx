// The details of a user.

import type { ReactNode } from 'react'
import { Card } from '../shared/card.tsx'
import { formatDateTime } from '../shared/format-time.ts'
import { t } from './i18n.ts'
import { RoleBadges } from './role-badges.tsx'
import { UserState } from './user-state.tsx'
import type { UserRecord } from './users.ts'

interface UserDetailsProps {
  readonly user: UserRecord
  readonly action?: ReactNode
  readonly children?: ReactNode
}

export function UserDetails({ user, action, children }: UserDetailsProps) {
  return (
    <Card id="facts" title={t('detailsTitle')} action={action}>
      {children}
      <dl className="facts">
        <div>
          <dt>{t('state')}</dt>
          <dd>
            <UserState user={user} />
          </dd>
        </div>
        <div>
          <dt>{t('roles')}</dt>
          <dd>
            <RoleBadges roles={user.roles} />
          </dd>
        </div>
        <div>
          <dt>{t('email')}</dt>
          <dd className="breaking">{user.email ?? t('noEmail')}</dd>
        </div>
        <div>
          <dt>{t('createdAt')}</dt>
          <dd>
            <time dateTime={user.createdAt}>{formatDateTime(user.createdAt)}</time>
          </dd>
        </div>
        <div>
          <dt>{t('userId')}</dt>
          <dd className="breaking">
            <code>{user.id}</code>
          </dd>
        </div>
      </dl>
    </Card>
  )
}
