// The authentication state of the page; after a sign-out it redirects.

import { useCallback, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { SignedIn, SignedOutReason } from '../../src/client/index.ts'
import { latchkey } from './latchkey.ts'
import { signedOutUrl } from './redirect.ts'

export type AuthState =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: unknown }
  | { readonly status: 'ready'; readonly signedIn: SignedIn }
  | { readonly status: 'signed-out' }

export function useAuth(): readonly [AuthState, () => Promise<void>] {
  const [state, setState] = useState<AuthState>({ status: 'loading' })
  const isRedirecting = useRef(false)

  const leave = useCallback((reason: SignedOutReason) => {
    isRedirecting.current = true
    // Remove personal data from the screen before anything else.
    flushSync(() => setState({ status: 'signed-out' }))
    location.assign(signedOutUrl(reason))
  }, [])

  const load = useCallback(async () => {
    setState({ status: 'loading' })
    try {
      const signedIn = await latchkey.session()
      // After an earlier sign-in, the `signed-out` event has already started the redirect, with its reason.
      if (signedIn !== null) setState({ status: 'ready', signedIn })
      else if (!isRedirecting.current) leave('none')
    } catch (error) {
      setState({ status: 'failed', error })
    }
  }, [leave])

  useEffect(() => {
    const unsubscribes = [
      latchkey.on('signed-in', (signedIn) => setState({ status: 'ready', signedIn })),
      latchkey.on('signed-out', ({ reason }) => leave(reason)),
    ]
    // A page restored from the back-forward cache shows nothing until the session is checked again.
    const onPageShow = ({ persisted }: PageTransitionEvent) => {
      isRedirecting.current = false
      if (persisted) void load()
    }
    // The back-forward cache must not keep what was shown or typed.
    const onPageHide = ({ persisted }: PageTransitionEvent) => {
      if (persisted) flushSync(() => setState((before) => (before.status === 'ready' ? { status: 'loading' } : before)))
    }
    addEventListener('pageshow', onPageShow)
    addEventListener('pagehide', onPageHide)
    void load()
    return () => {
      for (const unsubscribe of unsubscribes) unsubscribe()
      removeEventListener('pageshow', onPageShow)
      removeEventListener('pagehide', onPageHide)
    }
  }, [load, leave])

  return [state, load]
}
