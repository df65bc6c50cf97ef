// The details of a user, with a button to disable or enable the user.

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
    setDone(t(next ? 'wasDisabled' : 'wasEnabled', { name: username, ...changed.ended }))
    onChanged(changed)
  }

  const button = (
    <ActionButton
      variant={disabled ? 'filled' : 'outline'}
      {...(!disabled && { color: 'red' })}
      busy={busy}
      onClick={disabled ? () => void run(() => set(false)) : () => setAsking(true)}
    >
      {t(disabled ? 'enable' : 'disableOpen')}
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
        title={t('disableTitle', { name: username })}
        text={t('disableText')}
        button={t('disable')}
        act={() => set(true)}
      />
    </>
  )
}
