// A new password for somebody who has lost theirs, or whose password others know.

import { type FormEvent, useRef, useState } from 'react'
import { LatchkeyError } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { Outcome } from '../shared/outcome.tsx'
import { SecretField } from '../shared/secret-field.tsx'
import { Section } from '../shared/section.tsx'
import { useAction } from '../shared/use-action.ts'
import { WhosePassword } from '../shared/whose-password.tsx'
import { faultIn } from './fault.ts'
import { say } from './say.ts'
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

  function refuse(text: string) {
    setWrong(text)
    field.current?.focus()
  }

  async function submit(event: FormEvent) {
    event.preventDefault()
    setWrong(undefined)
    setDone(undefined)
    if (password === '') return refuse(say('missingNew'))
    await run(async () => {
      try {
        const changed = await users.change(user.id, { password })
        setPassword('')
        setDone(say('passwordSet', { ...changed.ended }))
        onChanged(changed)
      } catch (error) {
        const fault = error instanceof LatchkeyError ? faultIn(error) : undefined
        if (fault === undefined) throw error
        refuse(fault.text)
      }
    })
  }

  return (
    <Section id="password" title={say('passwordTitle')} lead={say('passwordLead')}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <WhosePassword name={user.username} label={say('username')} />
        <SecretField
          label={say('newPassword')}
          name="password"
          autoComplete="new-password"
          value={password}
          onChange={setPassword}
          hint={say('newPasswordHint')}
          error={wrong}
          fieldRef={field}
        />
        <Outcome failure={failure} done={busy ? say('settingPassword') : done} />
        <div className="actions">
          <ActionButton type="submit" variant="default" busy={busy}>
            {say('setPassword')}
          </ActionButton>
        </div>
      </form>
    </Section>
  )
}
