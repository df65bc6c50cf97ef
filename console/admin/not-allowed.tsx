// What somebody without the role is told: that it is not for them, and how it would be.

import { Button } from '@mantine/core'
import { useEffect } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { Heading } from './heading.tsx'
import { say } from './say.ts'
import { noteStanding } from './standing.ts'

export function NotAllowed({ who: { user } }: { readonly who: SignedIn }) {
  // It may take the place of what had the focus.
  useEffect(() => document.querySelector<HTMLElement>('main h1')?.focus(), [])
  const roles = user.roles.filter((role) => role !== 'admin')
  return (
    <>
      <Heading text={say('notAllowed')} />
      <section className="card not-allowed">
        <p>{say('notAllowedText', { name: user.username, roles: roles.join(', ') || say('noRoles') })}</p>
        <p>{say('notAllowedHow')}</p>
        {/* The command sets all roles: those of now are in it, so that none is lost. */}
        <pre>
          <code>latchkey user role {[user.username, ...roles, 'admin'].join(' ')}</code>
        </pre>
        <div className="actions">
          <Button onClick={() => noteStanding({ isRefused: false })}>{say('tryAgain')}</Button>
          <a href="/account">{say('toAccount')}</a>
        </div>
      </section>
    </>
  )
}
