// The form to set a new password for a user.

import { type FormEvent, useRef, useState } from 'react'
import { LatchkeyError } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { Card } from '../shared/card.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { HiddenUsernameField } from '../shared/hidden-username-field.tsx'
import { SecretField } from '../shared/secret-field.tsx'
import { useAction } from '../shared/use-action.ts'
import { fieldErrorFrom } from './field-errors.ts'
import { t } from './i18n.ts'
import { type ChangedUser, type UserRecord, users } from './users.ts'

interface NewPasswordProps {
  readonly user: UserRecord
  readonly onChanged: (changed: ChangedUser) => void
}

export function NewPassword({ user, onChanged }: NewPasswordProps) {
  const [password, setPassword] = useState('')
  const [wrong, setWrong] = useState<string>()
  const [done, setDone] = useState<string>()
  const field = useRef<HTMLInputElement>(null)
  const { busy, failure, run } = useAction()

  function showError(text: string) {
    setWrong(text)
    field.current?.focus()
  }

  async function submit(event: FormEvent) {
    event.preventDefault()
    setWrong(undefined)
    setDone(undefined)
    if (password === '') return showError(t('missingNew'))
    await run(async () => {
      try {
        const changed = await users.change(user.id, { password })
        setPassword('')
        setDone(t('passwordSet', { ...changed.ended }))
        onChanged(changed)
      } catch (error) {
        const fieldError = error instanceof LatchkeyError ? fieldErrorFrom(error) : undefined
        if (fieldError === undefined) throw error
        showError(fieldError.text)
      }
    })
  }

  return (
    <Card id="password" title={t('passwordTitle')} lead={t('passwordLead')}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <HiddenUsernameField name={user.username} label={t('username')} />
        <SecretField
          label={t('newPassword')}
          name="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          hint={t('newPasswordHint')}
          error={wrong}
          fieldRef={field}
        />
        <FormStatus failure={failure} done={busy ? t('settingPassword') : done} />
        <div className="actions">
          <ActionButton type="submit" variant="default" busy={busy}>
            {t('setPassword')}
          </ActionButton>
        </div>
      </form>
    </Card>
  )
}
