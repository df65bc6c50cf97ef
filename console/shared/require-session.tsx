// Asks who is signed in, and shows what is there for them, or nothing personal at all.

import { Fragment, type ReactNode } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { Failure } from './failure.tsx'
import { t } from './i18n.ts'
import { Loading } from './loading.tsx'
import { useAuth } from './use-auth.ts'

interface RequireSessionProps {
  /** Where the page has none of its own before there is somebody to show more to. */
  readonly heading?: string
  readonly children: (who: SignedIn) => ReactNode
}

export function RequireSession({ heading, children }: RequireSessionProps) {
  const [auth, ask] = useAuth()
  // Nothing typed for one user may be left on the screen of another.
  if (auth.status === 'ready') return <Fragment key={auth.who.user.id}>{children(auth.who)}</Fragment>
  return (
    <>
      {heading !== undefined && <h1 tabIndex={-1}>{heading}</h1>}
      {auth.status === 'loading' && <Loading text={t('loadingWho')} />}
      {auth.status === 'failed' && <Failure text={t('failedWho')} error={auth.error} onRetry={ask} />}
      {auth.status === 'leaving' && <p role="status">{t('leaving')}</p>}
    </>
  )
}
