// What somebody may do: all their roles, set at once.

import { Button } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import { LatchkeyError } from '../../src/client/index.ts'
import { Outcome } from '../shared/outcome.tsx'
import { Section } from '../shared/section.tsx'
import { useAction } from '../shared/use-action.ts'
import { faultIn } from './fault.ts'
import { RolesField, rolesIn } from './roles-field.tsx'
import { say } from './say.ts'
import { type ChangedUser, type UserRecord, users } from './users.ts'

interface UserRolesProps {
  readonly user: UserRecord
  readonly onChanged: (changed: ChangedUser) => void
}

export function UserRoles({ user, onChanged }: UserRolesProps) {
  const [typed, setTyped] = useState(user.roles.join(' '))
  const [wrong, setWrong] = useState<string>()
  const [isDone, setDone] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const { busy, failure, run } = useAction()

  async function submit(event: FormEvent) {
    event.preventDefault()
    setWrong(undefined)
    setDone(false)
    await run(async () => {
      try {
        const changed = await users.change(user.code, { roles: rolesIn(typed) })
        setTyped(changed.user.roles.join(' '))
        setDone(true)
        onChanged(changed)
      } catch (error) {
        const fault = error instanceof LatchkeyError ? faultIn(error) : undefined
        if (fault === undefined) throw error
        setWrong(fault.text)
        form.current?.querySelector('input')?.focus()
      }
    })
  }

  return (
    <Section id="roles" title={say('rolesTitle')} lead={say('rolesLead')}>
      <form className="form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <RolesField name="roles" value={typed} onChange={setTyped} error={wrong} />
        <Outcome failure={failure} done={busy ? say('savingRoles') : isDone ? say('rolesSaved') : undefined} />
        <div className="actions">
          <Button type="submit" variant="default" loading={busy}>
            {say('saveRoles')}
          </Button>
        </div>
      </form>
    </Section>
  )
}
