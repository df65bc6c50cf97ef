// Asks who is signed in, and shows what is there for them, or nothing personal at all.

import { Fragment, type ReactNode } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { Failure } from './failure.tsx'
import { say } from './say.ts'
import { usePresence } from './use-presence.ts'
import { Waiting } from './waiting.tsx'

export function Present({ children }: { readonly children: (who: SignedIn) => ReactNode }) {
  const [presence, ask] = usePresence()
  switch (presence.status) {
    case 'asking':
      return <Waiting text={say('loadingWho')} />
    case 'failed':
      return <Failure text={say('failedWho')} error={presence.error} again={ask} />
    case 'leaving':
      return <p role="status">{say('leaving')}</p>
    case 'here':
      // Nothing typed for one user may be left on the screen of another.
      return <Fragment key={presence.who.user.code}>{children(presence.who)}</Fragment>
  }
}
