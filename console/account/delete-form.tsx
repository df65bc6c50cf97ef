// The form to delete the account: it lists what is deleted, and requires the username and the password.

import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { ActionButton } from '../shared/action-button.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { SecretField } from '../shared/secret-field.tsx'
import { useAction } from '../shared/use-action.ts'
import { t } from './i18n.ts'

export function DeleteForm({ username, onCancel }: { readonly username: string; readonly onCancel: () => void }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [wrong, setWrong] = useState({ name: false, password: false })
  const fields = { name: useRef<HTMLInputElement>(null), password: useRef<HTMLInputElement>(null) }
  const { busy, failure, run } = useAction()

  async function submit(event: FormEvent) {
    event.preventDefault()
    const found = { name: name.trim() !== username, password: password === '' }
    setWrong(found)
    if (found.name) return fields.name.current?.focus()
    if (found.password) return fields.password.current?.focus()
    await run(() => latchkey.deleteAccount(password))
  }

  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <p>{t('deleteWhat')}</p>
      <ul className="plain-list">
        <li>{t('deleteUser')}</li>
        <li>{t('deleteSessions')}</li>
        <li>{t('deleteAuditEvents')}</li>
      </ul>
      <TextInput
        label={t('deleteTypeName', { name: username })}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        error={wrong.name && t('deleteNameWrong')}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        ref={fields.name}
        data-autofocus
      />
      <SecretField
        label={t('password')}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        error={wrong.password ? t('missingCurrent') : undefined}
        fieldRef={fields.password}
      />
      <FormStatus failure={failure} done={busy ? t('deleting') : undefined} />
      <div className="actions end">
        <Button variant="default" onClick={onCancel}>
          {t('cancel')}
        </Button>
        <ActionButton type="submit" color="red" busy={busy}>
          {t('deleteNow')}
        </ActionButton>
      </div>
    </form>
  )
}
