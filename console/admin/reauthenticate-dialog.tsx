// The re-authentication dialog. It opens on the page, so that form input is kept.

import { Button } from '@mantine/core'
import { type FormEvent, useRef, useState } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { HiddenUsernameField } from '../shared/hidden-username-field.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { SecretField } from '../shared/secret-field.tsx'
import { useAction } from '../shared/use-action.ts'
import { resolvePasswordPrompt, useAdminSession } from './admin-session.ts'
import { t } from './i18n.ts'

export function ReauthenticateDialog({ signedIn }: { readonly signedIn: SignedIn }) {
  const { isPasswordRequested } = useAdminSession()
  return (
    <Dialog opened={isPasswordRequested} onClose={() => resolvePasswordPrompt(false)} title={t('reauthTitle')} isAbove>
      <PasswordForm signedIn={signedIn} />
    </Dialog>
  )
}

function PasswordForm({ signedIn: { user, session } }: { readonly signedIn: SignedIn }) {
  const [password, setPassword] = useState('')
  const [isMissing, setMissing] = useState(false)
  const field = useRef<HTMLInputElement>(null)
  const { busy, failure, run } = useAction()

  async function submit(event: FormEvent) {
    event.preventDefault()
    setMissing(password === '')
    if (password === '') return field.current?.focus()
    // A new sign-in revokes the previous lineage with its remember-me login, so a remembered device asks for a new one.
    const succeeded = await run(
      async () => void (await latchkey.login({ username: user.username, password, remember: session.remembered })),
    )
    if (succeeded) resolvePasswordPrompt(true)
    else field.current?.focus()
  }

  return (
    <form className="form" onSubmit={(event) => void submit(event)} noValidate>
      <p>{t('reauthText', { name: user.username })}</p>
      <HiddenUsernameField name={user.username} label={t('username')} />
      <SecretField
        label={t('password')}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        error={isMissing ? t('missingCurrent') : undefined}
        fieldRef={field}
        isFirst
      />
      <FormStatus failure={failure} done={busy ? t('checking') : undefined} />
      <div className="actions end">
        <Button variant="default" onClick={() => resolvePasswordPrompt(false)}>
          {t('cancel')}
        </Button>
        <ActionButton type="submit" busy={busy}>
          {t('continue')}
        </ActionButton>
      </div>
    </form>
  )
}
