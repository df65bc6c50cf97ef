// Shows its children only to a signed-in user.

import { Fragment, type ReactNode } from 'react'
import type { SignedIn } from '../../src/client/index.ts'
import { Failure } from './failure.tsx'
import { t } from './i18n.ts'
import { Loading } from './loading.tsx'
import { useAuth } from './use-auth.ts'

interface RequireSessionProps {
  /** Shown until the user is known, for pages without a heading of their own. */
  readonly heading?: string
  readonly children: (signedIn: SignedIn) => ReactNode
}

export function RequireSession({ heading, children }: RequireSessionProps) {
  const [auth, reload] = useAuth()
  // The key discards all state, such as typed text, when another user signs in.
  if (auth.status === 'ready') return <Fragment key={auth.signedIn.user.id}>{children(auth.signedIn)}</Fragment>
  return (
    <>
      {heading !== undefined && <h1 tabIndex={-1}>{heading}</h1>}
      {auth.status === 'loading' && <Loading text={t('loadingSession')} />}
      {auth.status === 'failed' && <Failure text={t('failedSession')} error={auth.error} onRetry={reload} />}
      {auth.status === 'signed-out' && <p role="status">{t('signedOut')}</p>}
    </>
  )
}
