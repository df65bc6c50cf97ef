// Asks who is signed in, and shows what is there for them, or nothing personal at all.

import { Fragment, type ReactNode } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { Failure } from './failure.tsx'
import { say } from './say.ts'
import { usePresence } from './use-presence.ts'
import { Waiting } from './waiting.tsx'

interface PresentProps {
  /** Where the page has none of its own before there is somebody to show more to. */
  readonly heading?: string
  readonly children: (who: SignedIn) => ReactNode
}

export function Present({ heading, children }: PresentProps) {
  const [presence, ask] = usePresence()
  // Nothing typed for one user may be left on the screen of another.
  if (presence.status === 'here') return <Fragment key={presence.who.user.id}>{children(presence.who)}</Fragment>
  return (
    <>
      {heading !== undefined && <h1 tabIndex={-1}>{heading}</h1>}
      {presence.status === 'asking' && <Waiting text={say('loadingWho')} />}
      {presence.status === 'failed' && <Failure text={say('failedWho')} error={presence.error} again={ask} />}
      {presence.status === 'leaving' && <p role="status">{say('leaving')}</p>}
    </>
  )
}
