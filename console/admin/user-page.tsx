// One user: read by the code in the address, or a word about its not being there.

import { useCallback } from 'react'
import { Failure } from '../shared/failure.tsx'
import { useLoaded } from '../shared/use-loaded.ts'
import { Waiting } from '../shared/waiting.tsx'
import { isCode } from './administer.ts'
import { Heading } from './heading.tsx'
import { OneUser } from './one-user.tsx'
import { OwnUser } from './own-user.tsx'
import { say } from './say.ts'
import { UserState } from './user-state.tsx'
import { type UserRecord, users } from './users.ts'

interface UserPageProps {
  readonly id: string
  /** As the user is listed, for as long as nothing else is known. */
  readonly name: string | undefined
  /** The code of the reader. */
  readonly own: string
  readonly onChanged: (user: UserRecord) => void
  readonly onRemoved: (user: UserRecord) => void
}

export function UserPage({ id, name, own, onChanged, onRemoved }: UserPageProps) {
  const { state, load, set } = useLoaded(useCallback(() => users.read(id), [id]))
  const isMissing = state.status === 'failed' && isCode(state.error, 'resource.not_found')
  const user = state.status === 'here' ? state.value : undefined

  function take(changed: UserRecord) {
    set(changed)
    onChanged(changed)
  }

  return (
    <>
      <div className="above">
        <a href="#users">← {say('allUsers')}</a>
        <Heading text={user?.username ?? (isMissing ? say('noSuchUser') : (name ?? id))}>
          {user?.disabled && <UserState user={user} />}
        </Heading>
      </div>
      {state.status === 'loading' && <Waiting text={say('loadingUser')} />}
      {isMissing && <p>{say('noSuchUserText', { id })}</p>}
      {state.status === 'failed' && !isMissing && <Failure text={say('failedUser')} error={state.error} again={load} />}
      {user !== undefined && user.id === own && <OwnUser user={user} />}
      {user !== undefined && user.id !== own && <OneUser user={user} onChanged={take} onRemoved={onRemoved} />}
    </>
  )
}
