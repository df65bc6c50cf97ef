// The view of one user, by the id in the URL; or a notice if there is no such user.

import { useCallback } from 'react'
import { Failure } from '../shared/failure.tsx'
import { Loading } from '../shared/loading.tsx'
import { useResource } from '../shared/use-resource.ts'
import { hasCode } from './admin-api.ts'
import { Heading } from './heading.tsx'
import { t } from './i18n.ts'
import { SelfNotice } from './self-notice.tsx'
import { UserActions } from './user-actions.tsx'
import { UserState } from './user-state.tsx'
import { type UserRecord, users } from './users.ts'

interface UserPageProps {
  readonly id: string
  /** The name from the list, shown until the user is loaded. */
  readonly name: string | undefined
  /** The id of the signed-in user. */
  readonly own: string
  readonly onChanged: (user: UserRecord) => void
  readonly onRemoved: (user: UserRecord) => void
}

export function UserPage({ id, name, own, onChanged, onRemoved }: UserPageProps) {
  const { state, load, set } = useResource(useCallback(() => users.read(id), [id]))
  const isMissing = state.status === 'failed' && hasCode(state.error, 'resource.not_found')
  const user = state.status === 'ready' ? state.value : undefined

  function applyChange(changed: UserRecord) {
    set(changed)
    onChanged(changed)
  }

  return (
    <>
      <div className="above">
        <a href="#users">← {t('allUsers')}</a>
        <Heading text={user?.username ?? (isMissing ? t('noSuchUser') : (name ?? id))}>
          {user?.disabled && <UserState user={user} />}
        </Heading>
      </div>
      {state.status === 'loading' && <Loading text={t('loadingUser')} />}
      {isMissing && <p>{t('noSuchUserText', { id })}</p>}
      {state.status === 'failed' && !isMissing && <Failure text={t('failedUser')} error={state.error} onRetry={load} />}
      {user !== undefined && user.id === own && <SelfNotice user={user} />}
      {user !== undefined && user.id !== own && <UserActions user={user} onChanged={applyChange} onRemoved={onRemoved} />}
    </>
  )
}
