// The dialog to add a user.

import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { LatchkeyError } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { SecretField } from '../shared/secret-field.tsx'
import { useAction } from '../shared/use-action.ts'
import { type Field, type FieldError, fieldErrorFrom } from './field-errors.ts'
import { t } from './i18n.ts'
import { RolesField, rolesIn } from './roles-field.tsx'
import { type UserRecord, users } from './users.ts'

interface AddUserProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly onAdded: (user: UserRecord) => void
}

export function AddUser({ opened, onClose, onAdded }: AddUserProps) {
  return (
    <Dialog opened={opened} onClose={onClose} title={t('addUser')}>
      <AddUserForm onCancel={onClose} onAdded={onAdded} />
    </Dialog>
  )
}

const EMPTY = { username: '', email: '', password: '', roles: '' }

function AddUserForm({ onCancel, onAdded }: { readonly onCancel: () => void; readonly onAdded: (user: UserRecord) => void }) {
  const [typed, setTyped] = useState(EMPTY)
  const [fieldError, setFieldError] = useState<FieldError>()
  const form = useRef<HTMLFormElement>(null)
  const { busy, failure, run } = useAction()

  function show(found: FieldError | undefined) {
    setFieldError(found)
    if (found !== undefined) form.current?.querySelector<HTMLElement>(`[name="${found.field}"]`)?.focus()
  }

  async function submit(event: FormEvent) {
    event.preventDefault()
    const missing = missingIn(typed)
    show(missing)
    if (missing !== undefined) return
    await run(async () => {
      const { username, email, password, roles } = typed
      try {
        const mail = email.trim()
        onAdded(await users.add({ username: username.trim(), password, roles: rolesIn(roles), ...(mail !== '' && { email: mail }) }))
      } catch (error) {
        const found = error instanceof LatchkeyError ? fieldErrorFrom(error) : undefined
        if (found === undefined) throw error
        show(found)
      }
    })
  }

  const field = (name: Field) => ({ name, value: typed[name], error: fieldError?.field === name ? fieldError.text : undefined })
  const set = (name: Field) => (value: string) => setTyped({ ...typed, [name]: value })
  return (
    <form className="form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <TextInput
        label={t('username')}
        {...field('username')}
        onChange={({ currentTarget }) => set('username')(currentTarget.value)}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        data-autofocus
      />
      <SecretField
        label={t('initialPassword')}
        {...field('password')}
        onChange={set('password')}
        autoComplete="new-password"
        hint={t('newPasswordHint')}
      />
      <TextInput
        type="email"
        label={t('email')}
        description={t('optional')}
        {...field('email')}
        onChange={({ currentTarget }) => set('email')(currentTarget.value)}
        autoComplete="off"
      />
      <RolesField {...field('roles')} onChange={set('roles')} />
      <FormStatus failure={failure} done={busy ? t('adding') : undefined} />
      <div className="actions end">
        <Button variant="default" onClick={onCancel}>
          {t('cancel')}
        </Button>
        <ActionButton type="submit" busy={busy}>
          {t('addUser')}
        </ActionButton>
      </div>
    </form>
  )
}

function missingIn({ username, password }: typeof EMPTY): FieldError | undefined {
  if (username.trim() === '') return { field: 'username', text: t('missingName') }
  return password === '' ? { field: 'password', text: t('missingPassword') } : undefined
}
