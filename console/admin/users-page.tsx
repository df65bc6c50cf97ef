// The view of all users, with the search form and the dialog to add a user.

import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import { Failure } from '../shared/failure.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { Loading } from '../shared/loading.tsx'
import { MoreButton } from '../shared/more-button.tsx'
import { useFocusOnAppend } from '../shared/use-focus-on-append.ts'
import { AddUser } from './add-user.tsx'
import { FindUser } from './find-user.tsx'
import { Heading } from './heading.tsx'
import { t } from './i18n.ts'
import type { ListedUsers } from './use-users.ts'
import type { UserRecord } from './users.ts'
import { UsersTable } from './users-table.tsx'

interface UsersPageProps {
  /** The id of the signed-in user. */
  readonly own: string
  readonly listed: ListedUsers
}

export function UsersPage({ own, listed }: UsersPageProps) {
  const { state, load, name, find, more, add } = listed
  const [isAdding, setAdding] = useState(false)
  const [added, setAdded] = useState<UserRecord>()
  const table = useRef<HTMLTableSectionElement>(null)
  const shown = state.status === 'ready' ? state.value : undefined
  const isEmpty = shown?.users.length === 0
  const withFocus = useFocusOnAppend(table, shown?.users.length ?? 0)

  return (
    <>
      <Heading text={t('users')}>
        <Button onClick={() => setAdding(true)}>{t('addUserOpen')}</Button>
      </Heading>
      <section className="card" aria-label={t('users')}>
        <FindUser key={name} name={name} onFind={find} />
        <FormStatus failure={undefined} done={added && t('added', { name: added.username })} />
        {added !== undefined && (
          <p className="added">
            <a href={`#${added.id}`}>{t('showUser', { name: added.username })}</a>
          </p>
        )}
        {state.status === 'loading' && <Loading text={t('loadingUsers')} />}
        {state.status === 'failed' && <Failure text={t('failedUsers')} error={state.error} onRetry={load} />}
        <p className={isEmpty ? undefined : 'soft small'} role="status">
          {shown !== undefined && (isEmpty ? t('noneFound', { name }) : t('shown', { count: shown.users.length }))}
        </p>
        {shown !== undefined && shown.users.length > 0 && <UsersTable users={shown.users} own={own} bodyRef={table} />}
        {shown !== undefined && shown.next !== null && <MoreButton onMore={() => withFocus(more)} loadingText={t('loadingMoreUsers')} />}
      </section>
      <AddUser
        opened={isAdding}
        onClose={() => setAdding(false)}
        onAdded={(user) => {
          setAdding(false)
          setAdded(user)
          add(user)
        }}
      />
    </>
  )
}
