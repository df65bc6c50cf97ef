// The notice for users without the admin role, with the command that grants it.

import { useEffect, useState } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { useAction } from '../shared/use-action.ts'
import { updateAdminSession } from './admin-session.ts'
import { Heading } from './heading.tsx'
import { t } from './i18n.ts'

export function Forbidden({ signedIn: { user } }: { readonly signedIn: SignedIn }) {
  // The focused element may have been replaced by this notice.
  useEffect(() => document.querySelector<HTMLElement>('main h1')?.focus(), [])
  const [roles, setRoles] = useState(user.roles)
  const [isStill, setStill] = useState(false)
  const { busy, failure, run } = useAction()
  const others = roles.filter((role) => role !== 'admin')

  async function tryAgain() {
    const now = await latchkey.session()
    if (now === null) return
    setRoles(now.user.roles)
    if (now.user.roles.includes('admin')) updateAdminSession({ isForbidden: false })
    else setStill(true)
  }

  return (
    <>
      <Heading text={t('forbidden')} />
      <section className="card not-allowed">
        <p>{t('forbiddenText', { name: user.username, roles: others.join(', ') || t('noRoles') })}</p>
        <p>{t('forbiddenHow')}</p>
        {/* The command replaces all roles, so it lists the current ones too. It names the id, since a username can look like an option. */}
        <pre>
          <code>{['latchkey user set-roles', user.id, ...others, 'admin'].join(' ')}</code>
        </pre>
        <FormStatus failure={failure} done={isStill && !busy ? t('forbiddenStill') : undefined} />
        <div className="actions">
          <ActionButton busy={busy} onClick={() => void run(tryAgain)}>
            {t('tryAgain')}
          </ActionButton>
          <a href="/account">{t('toAccount')}</a>
        </div>
      </section>
    </>
  )
}
