// The form to replace the roles of a user.

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
  /** Called when the roles were changed elsewhere meanwhile. */
  readonly onConflict: (user: UserRecord) => void
}

export function UserRoles({ user, onChanged, onConflict }: UserRolesProps) {
  const [shownRoles, setShownRoles] = useState(rolesOf(user))
  const [typed, setTyped] = useState(shownRoles)
  const [wrong, setWrong] = useState<string>()
  const [isDone, setDone] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const { busy, failure, failed, run } = useAction()

  // Discard the input if the roles have changed.
  if (rolesOf(user) !== shownRoles) {
    setShownRoles(rolesOf(user))
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
          failed(t('rolesConflict'))
          return onConflict(now)
        }
        const changed = await users.change(user.id, { roles: rolesIn(typed) })
        setTyped(rolesOf(changed.user))
        setDone(true)
        onChanged(changed)
      } catch (error) {
        const fieldError = error instanceof LatchkeyError ? fieldErrorFrom(error) : undefined
        if (fieldError === undefined) throw error
        setWrong(fieldError.text)
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
