// Somebody else: what is known of them, and what can be done to them.

import { useCallback } from 'react'
import { useLoaded } from '../shared/use-loaded.ts'
import { DeleteUser } from './delete-user.tsx'
import { LockUser } from './lock-user.tsx'
import { NewPassword } from './new-password.tsx'
import { useUserEvents } from './use-user-operations.ts'
import { UserActivity } from './user-operations.tsx'
import { UserRoles } from './user-roles.tsx'
import { UserSessions } from './user-sessions.tsx'
import { type ChangedUser, type UserRecord, users } from './users.ts'

interface OneUserProps {
  readonly user: UserRecord
  readonly onChanged: (user: UserRecord) => void
  readonly onRemoved: (user: UserRecord) => void
}

export function OneUser({ user, onChanged, onRemoved }: OneUserProps) {
  const { id } = user
  const sessions = useLoaded(useCallback(() => users.sessions(id), [id]))
  const events = useUserEvents(id)

  /** Everything that is done to somebody is in their record, and may have ended something. */
  async function refresh() {
    await Promise.all([sessions.refresh(), events.refresh()])
  }

  function take(changed: ChangedUser) {
    onChanged(changed.user)
    void refresh()
  }

  return (
    <>
      <LockUser user={user} onChanged={take} />
      <UserRoles user={user} onChanged={take} onOvertaken={onChanged} />
      <UserSessions user={user} reading={sessions} onEnded={refresh} />
      <NewPassword user={user} onChanged={take} />
      <UserActivity reading={events} />
      <DeleteUser user={user} onRemoved={onRemoved} />
    </>
  )
}
