// The profile of the signed-in user: roles, times of the session, and the sign-out buttons.

import { Badge, Button } from '@mantine/core'
import type { SignedIn } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { formatDateTime, formatDuration } from '../shared/format-time.ts'
import { latchkey } from '../shared/latchkey.ts'
import { useAction } from '../shared/use-action.ts'
import { t } from './i18n.ts'

interface ProfileCardProps {
  readonly signedIn: SignedIn
  readonly onSignOutEverywhere: () => void
}

export function ProfileCard({ signedIn: { user, session }, onSignOutEverywhere }: ProfileCardProps) {
  const { busy, failure, run } = useAction()
  return (
    <section className="card" aria-labelledby="profile-title">
      <div className="card-head">
        <div className="person">
          <span className="initial" aria-hidden="true">
            {[...user.username][0]?.toLocaleUpperCase()}
          </span>
          <div>
            <h2 id="profile-title" className="over">
              {t('signedInAs')}
            </h2>
            <p className="name">{user.username}</p>
          </div>
        </div>
        <div className="actions">
          {user.roles.includes('admin') && <a href="/admin">{t('administration')}</a>}
          <ActionButton busy={busy} onClick={() => void run(async () => void (await latchkey.logout()))}>
            {t('signOut')}
          </ActionButton>
          <Button variant="default" onClick={onSignOutEverywhere}>
            {t('signOutEverywhere')}
          </Button>
        </div>
      </div>
      <FormStatus failure={failure} />
      <dl className="facts">
        <div>
          <dt>{t('roles')}</dt>
          <dd>{user.roles.length === 0 ? t('noRoles') : user.roles.map((role) => <Role key={role} name={role} />)}</dd>
        </div>
        <div>
          <dt>{t('signedInSince')}</dt>
          <dd>
            <time dateTime={session.startedAt}>{formatDateTime(session.startedAt)}</time>
          </dd>
        </div>
        <div>
          <dt>{t('thisDevice')}</dt>
          <dd>{t(session.remembered ? 'remembered' : 'notRemembered')}</dd>
        </div>
        <div>
          <dt>{t('sessionExpires')}</dt>
          <dd>{t('sessionExpiresWhen', { idle: formatDuration(session.idleTimeout), at: formatDateTime(session.expiresAt) })}</dd>
        </div>
      </dl>
    </section>
  )
}

function Role({ name }: { readonly name: string }) {
  return (
    <Badge variant="default" tt="none" mr={6}>
      {name}
    </Badge>
  )
}
