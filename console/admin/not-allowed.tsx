// What somebody without the role is told: that it is not for them, and how it would be.

import { useEffect, useState } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { ActionButton } from '../shared/action-button.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { Outcome } from '../shared/outcome.tsx'
import { useAction } from '../shared/use-action.ts'
import { Heading } from './heading.tsx'
import { say } from './say.ts'
import { noteStanding } from './standing.ts'

export function NotAllowed({ who: { user } }: { readonly who: SignedIn }) {
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
    if (now.user.roles.includes('admin')) noteStanding({ isRefused: false })
    else setStill(true)
  }

  return (
    <>
      <Heading text={say('notAllowed')} />
      <section className="card not-allowed">
        <p>{say('notAllowedText', { name: user.username, roles: others.join(', ') || say('noRoles') })}</p>
        <p>{say('notAllowedHow')}</p>
        {/* The command sets all roles: those of now are in it, so that none is lost. A name may look like an option; a code does not. */}
        <pre>
          <code>{['latchkey user role', user.id, ...others, 'admin'].join(' ')}</code>
        </pre>
        <Outcome failure={failure} done={isStill && !busy ? say('notAllowedStill') : undefined} />
        <div className="actions">
          <ActionButton busy={busy} onClick={() => void run(tryAgain)}>
            {say('tryAgain')}
          </ActionButton>
          <a href="/account">{say('toAccount')}</a>
        </div>
      </section>
    </>
  )
}
