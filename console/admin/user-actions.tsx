// Somebody else: what is known of them, and what can be done to them.

import { useCallback } from 'react'
import { useResource } from '../shared/use-resource.ts'
import { DeleteUser } from './delete-user.tsx'
import { DisableUser } from './disable-user.tsx'
import { NewPassword } from './new-password.tsx'
import { useUserEvents } from './use-user-operations.ts'
import { UserActivity } from './user-operations.tsx'
import { UserRoles } from './user-roles.tsx'
import { UserSessions } from './user-sessions.tsx'
import { type ChangedUser, type UserRecord, users } from './users.ts'

interface UserActionsProps {
  readonly user: UserRecord
  readonly onChanged: (user: UserRecord) => void
  readonly onRemoved: (user: UserRecord) => void
}

export function UserActions({ user, onChanged, onRemoved }: UserActionsProps) {
  const { id } = user
  const sessions = useResource(useCallback(() => users.sessions(id), [id]))
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
      <DisableUser user={user} onChanged={take} />
      <UserRoles user={user} onChanged={take} onConflict={onChanged} />
      <UserSessions user={user} reading={sessions} onEnded={refresh} />
      <NewPassword user={user} onChanged={take} />
      <UserActivity reading={events} />
      <DeleteUser user={user} onRemoved={onRemoved} />
    </>
  )
}
