// Who a user is.

import type { ReactNode } from 'react'
import { Section } from '../shared/section.tsx'
import { sayMoment } from '../shared/times.ts'
import { RoleBadges } from './role-badges.tsx'
import { say } from './say.ts'
import { UserState } from './user-state.tsx'
import type { UserRecord } from './users.ts'

interface UserFactsProps {
  readonly user: UserRecord
  readonly action?: ReactNode
  readonly children?: ReactNode
}

export function UserFacts({ user, action, children }: UserFactsProps) {
  return (
    <Section id="facts" title={say('factsTitle')} action={action}>
      {children}
      <dl className="facts">
        <div>
          <dt>{say('state')}</dt>
          <dd>
            <UserState user={user} />
          </dd>
        </div>
        <div>
          <dt>{say('roles')}</dt>
          <dd>
            <RoleBadges roles={user.roles} />
          </dd>
        </div>
        <div>
          <dt>{say('email')}</dt>
          <dd className="breaking">{user.email ?? say('noEmail')}</dd>
        </div>
        <div>
          <dt>{say('createdAt')}</dt>
          <dd>
            <time dateTime={user.createdAt}>{sayMoment(user.createdAt)}</time>
          </dd>
        </div>
        <div>
          <dt>{say('userId')}</dt>
          <dd className="breaking">
            <code>{user.id}</code>
          </dd>
        </div>
      </dl>
    </Section>
  )
}
