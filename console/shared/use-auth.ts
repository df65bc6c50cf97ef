// Who is signed in here, from the first question until nobody is.

import { useCallback, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import type { SignedIn, SignedOutReason } from '../../src/client/index.ts'
import { latchkey } from './latchkey.ts'
import { signedOutUrl } from './redirect.ts'

export type AuthState =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly error: unknown }
  | { readonly status: 'ready'; readonly who: SignedIn }
  | { readonly status: 'leaving' }

export function useAuth(): readonly [AuthState, () => Promise<void>] {
  const [presence, setPresence] = useState<AuthState>({ status: 'loading' })
  const leaving = useRef(false)

  const leave = useCallback((reason: SignedOutReason) => {
    leaving.current = true
    // What is personal is gone from the screen before anything else happens.
    flushSync(() => setPresence({ status: 'leaving' }))
    location.assign(signedOutUrl(reason))
  }, [])

  const ask = useCallback(async () => {
    setPresence({ status: 'loading' })
    try {
      const who = await latchkey.session()
      // Where somebody was signed in before, the event has told why nobody is, and the page is on its way already.
      if (who !== null) setPresence({ status: 'ready', who })
      else if (!leaving.current) leave('none')
    } catch (error) {
      setPresence({ status: 'failed', error })
    }
  }, [leave])

  useEffect(() => {
    const stops = [
      latchkey.on('signed-in', (who) => setPresence({ status: 'ready', who })),
      latchkey.on('signed-out', ({ reason }) => leave(reason)),
    ]
    // A page out of the back-forward cache shows nothing until it is known who sits in front of it.
    const again = ({ persisted }: PageTransitionEvent) => {
      leaving.current = false
      if (persisted) void ask()
    }
    // Nor does that cache keep what was typed or shown.
    const empty = ({ persisted }: PageTransitionEvent) => {
      if (persisted) flushSync(() => setPresence((before) => (before.status === 'ready' ? { status: 'loading' } : before)))
    }
    addEventListener('pageshow', again)
    addEventListener('pagehide', empty)
    void ask()
    return () => {
      for (const stop of stops) stop()
      removeEventListener('pageshow', again)
      removeEventListener('pagehide', empty)
    }
  }, [ask, leave])

  return [presence, ask]
}
