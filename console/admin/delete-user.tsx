// Deletes somebody for good, after their name was typed.

import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { ActionButton } from '../shared/action-button.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { Outcome } from '../shared/outcome.tsx'
import { Section } from '../shared/section.tsx'
import { useAction } from '../shared/use-action.ts'
import { say } from './say.ts'
import { type UserRecord, users } from './users.ts'

interface DeleteUserProps {
  readonly user: UserRecord
  readonly onRemoved: (user: UserRecord) => void
}

export function DeleteUser({ user, onRemoved }: DeleteUserProps) {
  const [isAsking, setAsking] = useState(false)
  const name = user.username
  return (
    <Section id="delete" title={say('deleteTitle')} lead={say('deleteLead')} danger>
      <div className="actions">
        <Button variant="outline" color="red" onClick={() => setAsking(true)}>
          {say('deleteOpen', { name })}
        </Button>
      </div>
      <Dialog opened={isAsking} onClose={() => setAsking(false)} title={say('deleteDialog', { name })}>
        <DeleteForm user={user} onCancel={() => setAsking(false)} onRemoved={onRemoved} />
      </Dialog>
    </Section>
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
    const isOther = typed.trim() !== name
    setWrong(isOther)
    if (isOther) return field.current?.focus()
    const well = await run(async () => void (await users.remove(user.id)))
    if (well) onRemoved(user)
  }

  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <p>{say('deleteText')}</p>
      <TextInput
        label={say('deleteTypeName', { name })}
        value={typed}
        onChange={({ currentTarget }) => setTyped(currentTarget.value)}
        error={isWrong && say('deleteNameWrong')}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        ref={field}
        data-autofocus
      />
      <Outcome failure={failure} done={busy ? say('deleting') : undefined} />
      <div className="actions end">
        <Button variant="default" onClick={onCancel}>
          {say('cancel')}
        </Button>
        <ActionButton type="submit" color="red" busy={busy}>
          {say('deleteNow')}
        </ActionButton>
      </div>
    </form>
  )
}
