// Asks for the password in place, so that what was typed on the page is still there afterwards.

import { Button } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { Outcome } from '../shared/outcome.tsx'
import { SecretField } from '../shared/secret-field.tsx'
import { useAction } from '../shared/use-action.ts'
import { WhosePassword } from '../shared/whose-password.tsx'
import { say } from './say.ts'
import { answerQuestion, useStanding } from './standing.ts'

export function PasswordAgain({ who }: { readonly who: SignedIn }) {
  const { isAskedForPassword } = useStanding()
  return (
    <Dialog opened={isAskedForPassword} onClose={() => answerQuestion(false)} title={say('againTitle')} isAbove>
      <PasswordForm who={who} />
    </Dialog>
  )
}

function PasswordForm({ who: { user, session } }: { readonly who: SignedIn }) {
  const [password, setPassword] = useState('')
  const [isMissing, setMissing] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const { busy, failure, run } = useAction()

  async function submit(event: FormEvent) {
    event.preventDefault()
    setMissing(password === '')
    if (password === '') return field.current?.focus()
    // A new sign-in ends the one before, with what it was remembered by: a device that was remembered stays so.
    const well = await run(async () => void (await latchkey.login({ username: user.username, password, remember: session.remembered })))
    if (well) answerQuestion(true)
    else field.current?.focus()
  }

  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <p>{say('againText', { name: user.username })}</p>
      <WhosePassword name={user.username} label={say('username')} />
      <SecretField
        label={say('password')}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        error={isMissing ? say('missingCurrent') : undefined}
        fieldRef={field}
        isFirst
      />
      <Outcome failure={failure} done={busy ? say('checking') : undefined} />
      <div className="actions end">
        <Button variant="default" onClick={() => answerQuestion(false)}>
          {say('cancel')}
        </Button>
        <ActionButton type="submit" busy={busy}>
          {say('goOn')}
        </ActionButton>
      </div>
    </form>
  )
}
