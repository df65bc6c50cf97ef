// What somebody without the role is told: that it is not for them, and how it would be.

import { useEffect, useState } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { FormStatus } from '../shared/form-status.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { useAction } from '../shared/use-action.ts'
import { updateAdminSession } from './admin-session.ts'
import { Heading } from './heading.tsx'
import { t } from './i18n.ts'

export function Forbidden({ who: { user } }: { readonly who: SignedIn }) {
  // It may take the place of what had the focus.
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
      <Heading text={t('notAllowed')} />
      <section className="card not-allowed">
        <p>{t('notAllowedText', { name: user.username, roles: others.join(', ') || t('noRoles') })}</p>
        <p>{t('notAllowedHow')}</p>
        {/* The command sets all roles: those of now are in it, so that none is lost. A name may look like an option; a code does not. */}
        <pre>
          <code>{['latchkey user role', user.id, ...others, 'admin'].join(' ')}</code>
        </pre>
        <FormStatus failure={failure} done={isStill && !busy ? t('notAllowedStill') : undefined} />
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
