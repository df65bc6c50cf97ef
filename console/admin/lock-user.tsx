// Locks somebody out, and lets them in again.

import { useState } from 'react'
import { ActionButton } from '../shared/action-button.tsx'
import { Confirm } from '../shared/confirm.tsx'
import { Outcome } from '../shared/outcome.tsx'
import { useAction } from '../shared/use-action.ts'
import { say } from './say.ts'
import { UserFacts } from './user-facts.tsx'
import { type ChangedUser, type UserRecord, users } from './users.ts'

interface LockUserProps {
  readonly user: UserRecord
  readonly onChanged: (changed: ChangedUser) => void
}

export function LockUser({ user, onChanged }: LockUserProps) {
  const { id, username, disabled } = user
  const [isAsking, setAsking] = useState(false)
  const [done, setDone] = useState<string>()
  const { busy, failure, run } = useAction()

  async function set(next: boolean) {
    const changed = await users.change(id, { disabled: next })
    setDone(say(next ? 'wasLocked' : 'wasUnlocked', { name: username, ...changed.ended }))
    onChanged(changed)
  }

  const button = (
    <ActionButton
      variant={disabled ? 'filled' : 'outline'}
      {...(!disabled && { color: 'red' })}
      busy={busy}
      onClick={disabled ? () => void run(() => set(false)) : () => setAsking(true)}
    >
      {say(disabled ? 'unlock' : 'lockOpen')}
    </ActionButton>
  )
  return (
    <>
      <UserFacts user={user} action={button}>
        <Outcome failure={failure} done={done} />
      </UserFacts>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={say('lockTitle', { name: username })}
        text={say('lockText')}
        button={say('lock')}
        act={() => set(true)}
      />
    </>
  )
}
