// What somebody may do: all their roles, set at once.

import { type FormEvent, useRef, useState } from 'react'
import { LatchkeyError } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { Card } from '../shared/card.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { useAction } from '../shared/use-action.ts'
import { fieldErrorFrom } from './field-errors.ts'
import { t } from './i18n.ts'
import { RolesField, rolesIn } from './roles-field.tsx'
import { type ChangedUser, type UserRecord, users } from './users.ts'

interface UserRolesProps {
  readonly user: UserRecord
  readonly onChanged: (changed: ChangedUser) => void
  /** Somebody else has changed them before. */
  readonly onConflict: (user: UserRecord) => void
}

export function UserRoles({ user, onChanged, onConflict }: UserRolesProps) {
  const [known, setKnown] = useState(rolesOf(user))
  const [typed, setTyped] = useState(known)
  const [wrong, setWrong] = useState<string>()
  const [isDone, setDone] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const { busy, failure, failed, run } = useAction()

  // What was typed was about other roles.
  if (rolesOf(user) !== known) {
    setKnown(rolesOf(user))
    setTyped(rolesOf(user))
  }

  async function submit(event: FormEvent) {
    event.preventDefault()
    setWrong(undefined)
    setDone(false)
    await run(async () => {
      try {
        const now = await users.read(user.id)
        if (rolesOf(now) !== rolesOf(user)) {
          failed(t('rolesOvertaken'))
          return onConflict(now)
        }
        const changed = await users.change(user.id, { roles: rolesIn(typed) })
        setTyped(rolesOf(changed.user))
        setDone(true)
        onChanged(changed)
      } catch (error) {
        const fault = error instanceof LatchkeyError ? fieldErrorFrom(error) : undefined
        if (fault === undefined) throw error
        setWrong(fault.text)
        form.current?.querySelector('input')?.focus()
      }
    })
  }

  return (
    <Card id="roles" title={t('rolesTitle')} lead={t('rolesLead')}>
      <form className="form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
        <RolesField name="roles" value={typed} onChange={setTyped} error={wrong} />
        <FormStatus failure={failure} done={busy ? t('savingRoles') : isDone ? t('rolesSaved') : undefined} />
        <div className="actions">
          <ActionButton type="submit" variant="default" busy={busy}>
            {t('saveRoles')}
          </ActionButton>
        </div>
      </form>
    </Card>
  )
}

function rolesOf({ roles }: UserRecord): string {
  return roles.join(' ')
}
