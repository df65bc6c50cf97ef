// Changing the password: what was typed stays when it fails, and goes when it worked.

import { type FormEvent, type RefObject, useRef, useState } from 'react'
import { ActionButton } from '../shared/action-button.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { Outcome } from '../shared/outcome.tsx'
import { SecretField } from '../shared/secret-field.tsx'
import { Section } from '../shared/section.tsx'
import { useAction } from '../shared/use-action.ts'
import { WhosePassword } from '../shared/whose-password.tsx'
import { say } from './say.ts'

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
    const well = await run(async () => void (await latchkey.changePassword(typed.current, typed.next)))
    if (!well) return
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
    <Section id="password" title={say('passwordTitle')} lead={say('passwordLead')}>
      <form className="form" onSubmit={(event) => void submit(event)} noValidate>
        <WhosePassword name={username} label={say('username')} />
        <SecretField label={say('currentPassword')} autoComplete="current-password" {...field('current')} />
        <SecretField label={say('newPassword')} autoComplete="new-password" hint={say('newPasswordHint')} {...field('next')} />
        <SecretField label={say('repeatPassword')} autoComplete="new-password" {...field('again')} />
        <Outcome failure={failure} done={busy ? say('changing') : done ? say('passwordChanged') : undefined} />
        <div className="actions">
          <ActionButton type="submit" busy={busy}>
            {say('changePassword')}
          </ActionButton>
        </div>
      </form>
    </Section>
  )
}

function missingIn({ current, next, again }: Typed): Partial<Typed> {
  return {
    ...(current === '' && { current: say('missingCurrent') }),
    ...(next === '' && { next: say('missingNew') }),
    ...(next !== '' && next !== again && { again: say('different') }),
  }
}
