// All users: the list, whom to look for in it, and the way to add one.

import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import { Failure } from '../shared/failure.tsx'
import { MoreButton } from '../shared/more-button.tsx'
import { Outcome } from '../shared/outcome.tsx'
import { useReadingOn } from '../shared/use-reading-on.ts'
import { Waiting } from '../shared/waiting.tsx'
import { AddUser } from './add-user.tsx'
import { FindUser } from './find-user.tsx'
import { Heading } from './heading.tsx'
import { say } from './say.ts'
import type { ListedUsers } from './use-users.ts'
import type { UserRecord } from './users.ts'
import { UsersTable } from './users-table.tsx'

interface UsersPageProps {
  /** The code of the reader. */
  readonly own: string
  readonly listed: ListedUsers
}

export function UsersPage({ own, listed }: UsersPageProps) {
  const { state, load, name, find, more, add } = listed
  const [isAdding, setAdding] = useState(false)
  const [added, setAdded] = useState<UserRecord>()
  const table = useRef<HTMLTableSectionElement>(null)
  const shown = state.status === 'here' ? state.value : undefined
  const isNobody = shown?.users.length === 0
  const readOn = useReadingOn(table, shown?.users.length ?? 0)

  return (
    <>
      <Heading text={say('users')}>
        <Button onClick={() => setAdding(true)}>{say('addUserOpen')}</Button>
      </Heading>
      <section className="card" aria-label={say('users')}>
        <FindUser key={name} name={name} onFind={find} />
        <Outcome failure={undefined} done={added && say('added', { name: added.username })} />
        {added !== undefined && (
          <p className="added">
            <a href={`#${added.id}`}>{say('showUser', { name: added.username })}</a>
          </p>
        )}
        {state.status === 'loading' && <Waiting text={say('loadingUsers')} />}
        {state.status === 'failed' && <Failure text={say('failedUsers')} error={state.error} again={load} />}
        <p className={isNobody ? undefined : 'soft small'} role="status">
          {shown !== undefined && (isNobody ? say('foundNobody', { name }) : say('shown', { count: shown.users.length }))}
        </p>
        {shown !== undefined && shown.users.length > 0 && <UsersTable users={shown.users} own={own} bodyRef={table} />}
        {shown !== undefined && shown.next !== null && <MoreButton onMore={() => readOn(more)} reading={say('loadingMoreUsers')} />}
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
