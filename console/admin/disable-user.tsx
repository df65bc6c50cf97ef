// Locks somebody out, and lets them in again.

import { useState } from 'react'
import { ActionButton } from '../shared/action-button.tsx'
import { Confirm } from '../shared/confirm.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { useAction } from '../shared/use-action.ts'
import { t } from './i18n.ts'
import { UserDetails } from './user-details.tsx'
import { type ChangedUser, type UserRecord, users } from './users.ts'

interface DisableUserProps {
  readonly user: UserRecord
  readonly onChanged: (changed: ChangedUser) => void
}

export function DisableUser({ user, onChanged }: DisableUserProps) {
  const { id, username, disabled } = user
  const [isAsking, setAsking] = useState(false)
  const [done, setDone] = useState<string>()
  const { busy, failure, run } = useAction()

  async function set(next: boolean) {
    const changed = await users.change(id, { disabled: next })
    setDone(t(next ? 'wasLocked' : 'wasUnlocked', { name: username, ...changed.ended }))
    onChanged(changed)
  }

  const button = (
    <ActionButton
      variant={disabled ? 'filled' : 'outline'}
      {...(!disabled && { color: 'red' })}
      busy={busy}
      onClick={disabled ? () => void run(() => set(false)) : () => setAsking(true)}
    >
      {t(disabled ? 'unlock' : 'lockOpen')}
    </ActionButton>
  )
  return (
    <>
      <UserDetails user={user} action={button}>
        <FormStatus failure={failure} done={done} />
      </UserDetails>
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={t('lockTitle', { name: username })}
        text={t('lockText')}
        button={t('lock')}
        act={() => set(true)}
      />
    </>
  )
}
