// The form in which an account is deleted for good.

import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { ActionButton } from '../shared/action-button.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { Outcome } from '../shared/outcome.tsx'
import { SecretField } from '../shared/secret-field.tsx'
import { useAction } from '../shared/use-action.ts'
import { say } from './say.ts'

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
      <p>{say('deleteWhat')}</p>
      <ul className="plain-list">
        <li>{say('deleteUser')}</li>
        <li>{say('deleteSessions')}</li>
        <li>{say('deleteAuditEvents')}</li>
      </ul>
      <TextInput
        label={say('deleteTypeName', { name: username })}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        error={wrong.name && say('deleteNameWrong')}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        ref={fields.name}
        data-autofocus
      />
      <SecretField
        label={say('password')}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        error={wrong.password ? say('missingCurrent') : undefined}
        fieldRef={fields.password}
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
