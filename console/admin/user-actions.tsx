// All sections about another user.

import { useCallback } from 'react'
import { useResource } from '../shared/use-resource.ts'
import { DeleteUser } from './delete-user.tsx'
import { DisableUser } from './disable-user.tsx'
import { NewPassword } from './new-password.tsx'
import { useUserEvents } from './use-user-events.ts'
import { UserActivity } from './user-activity.tsx'
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

  /** Every action adds an audit event, and may have revoked sessions. */
  async function refresh() {
    await Promise.all([sessions.refresh(), events.refresh()])
  }

  function applyChange(changed: ChangedUser) {
    onChanged(changed.user)
    void refresh()
  }

  return (
    <>
      <DisableUser user={user} onChanged={applyChange} />
      <UserRoles user={user} onChanged={applyChange} onConflict={onChanged} />
      <UserSessions user={user} resource={sessions} onRevoked={refresh} />
      <NewPassword user={user} onChanged={applyChange} />
      <UserActivity resource={events} />
      <DeleteUser user={user} onRemoved={onRemoved} />
    </>
  )
}
