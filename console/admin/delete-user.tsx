// The section to delete a user, with a dialog that requires the username.

import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { ActionButton } from '../shared/action-button.tsx'
import { Card } from '../shared/card.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { useAction } from '../shared/use-action.ts'
import { t } from './i18n.ts'
import { type UserRecord, users } from './users.ts'

interface DeleteUserProps {
  readonly user: UserRecord
  readonly onRemoved: (user: UserRecord) => void
}

export function DeleteUser({ user, onRemoved }: DeleteUserProps) {
  const [isAsking, setAsking] = useState(false)
  const name = user.username
  return (
    <Card id="delete" title={t('deleteTitle')} lead={t('deleteLead')} danger>
      <div className="actions">
        <Button variant="outline" color="red" onClick={() => setAsking(true)}>
          {t('deleteOpen', { name })}
        </Button>
      </div>
      <Dialog opened={isAsking} onClose={() => setAsking(false)} title={t('deleteDialog', { name })}>
        <DeleteForm user={user} onCancel={() => setAsking(false)} onRemoved={onRemoved} />
      </Dialog>
    </Card>
  )
}

function DeleteForm({ user, onCancel, onRemoved }: DeleteUserProps & { readonly onCancel: () => void }) {
  const [typed, setTyped] = useState('')
  const [isWrong, setWrong] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const { busy, failure, run } = useAction()
  const name = user.username

  async function submit(event: FormEvent) {
    event.preventDefault()
    const isDifferent = typed.trim() !== name
    setWrong(isDifferent)
    if (isDifferent) return field.current?.focus()
    const succeeded = await run(async () => void (await users.remove(user.id)))
    if (succeeded) onRemoved(user)
  }

  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <p>{t('deleteText')}</p>
      <TextInput
        label={t('deleteTypeName', { name })}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        error={isWrong && t('deleteNameWrong')}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        ref={field}
        data-autofocus
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
