// The form to change the password. It keeps its input on failure, and clears it on success.

import { type FormEvent, type RefObject, useRef, useState } from 'react'
import { ActionButton } from '../shared/action-button.tsx'
import { Card } from '../shared/card.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { HiddenUsernameField } from '../shared/hidden-username-field.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { SecretField } from '../shared/secret-field.tsx'
import { useAction } from '../shared/use-action.ts'
import { t } from './i18n.ts'

interface ChangePasswordProps {
  readonly username: string
  readonly currentRef: RefObject<HTMLInputElement | null>
  readonly onChanged: () => void
}

const EMPTY = { current: '', next: '', again: '' }
type Typed = typeof EMPTY

export function ChangePassword({ username, currentRef, onChanged }: ChangePasswordProps) {
  const [typed, setTyped] = useState(EMPTY)
  const [missing, setMissing] = useState<Partial<Typed>>({})
  const [done, setDone] = useState(false)
  const { busy, failure, run } = useAction()
  const fields = { current: currentRef, next: useRef<HTMLInputElement>(null), again: useRef<HTMLInputElement>(null) }

  async function submit(event: FormEvent) {
    event.preventDefault()
    setDone(false)
    const found = missingIn(typed)
    setMissing(found)
    const first = (['current', 'next', 'again'] as const).find((name) => found[name] !== undefined)
    if (first !== undefined) return fields[first].current?.focus()
    const succeeded = await run(async () => void (await latchkey.changePassword(typed.current, typed.next)))
    if (!succeeded) return
    setTyped(EMPTY)
    setDone(true)
    onChanged()
  }

  const field = (name: keyof Typed) => ({
    name,
    value: typed[name],
    onChange: (value: string) => setTyped({ ...typed, [name]: value }),
    error: missing[name],
    fieldRef: fields[name],
  })
  return (
    <Card id="password" title={t('passwordTitle')} lead={t('passwordLead')}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <HiddenUsernameField name={username} label={t('username')} />
        <SecretField label={t('currentPassword')} autoComplete="current-password" {...field('current')} />
        <SecretField label={t('newPassword')} autoComplete="new-password" hint={t('newPasswordHint')} {...field('next')} />
        <SecretField label={t('repeatPassword')} autoComplete="new-password" {...field('again')} />
        <FormStatus failure={failure} done={busy ? t('changing') : done ? t('passwordChanged') : undefined} />
        <div className="actions">
          <ActionButton type="submit" busy={busy}>
            {t('changePassword')}
          </ActionButton>
        </div>
      </form>
    </Card>
  )
}

function missingIn({ current, next, again }: Typed): Partial<Typed> {
  return {
    ...(current === '' && { current: t('missingCurrent') }),
    ...(next === '' && { next: t('missingNew') }),
    ...(next !== '' && next !== again && { again: t('different') }),
  }
}
