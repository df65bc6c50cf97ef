// Tells that the session ends soon, and keeps it when the reader wants to.

import { useEffect, useState } from 'react'
import { ActionButton } from './action-button.tsx'
import { latchkey } from './latchkey.ts'
import { Outcome } from './outcome.tsx'
import { say } from './say.ts'
import { sayClock } from './times.ts'
import { useAction } from './use-action.ts'

/** The two clocks need not agree to the second. */
const TOLERANCE = 5_000

interface ExpiringBannerProps {
  /** When the session ends whatever is done, ISO 8601. */
  readonly latest: string
  /** Until when it lives by what was done last, also in another tab; milliseconds since 1970. */
  readonly aliveUntil: number | undefined
}

export function ExpiringBanner({ latest, aliveUntil = 0 }: ExpiringBannerProps) {
  const [told, setAt] = useState<number>()
  const { busy, failure, run } = useAction()
  useEffect(() => latchkey.on('expiring', ({ at }) => setAt(at)), [])
  useEffect(() => {
    if (told === undefined) return
    // Whoever is still signed in then was kept by something that was done elsewhere.
    const timer = setTimeout(() => setAt(undefined), told + TOLERANCE - Date.now())
    return () => clearTimeout(timer)
  }, [told])

  const at = told !== undefined && aliveUntil > told + TOLERANCE ? undefined : told
  const isLatest = at !== undefined && at >= Date.parse(latest) - TOLERANCE
  return (
    <div role="alert">
      {at !== undefined && (
        <div className="banner">
          <p>{say(isLatest ? 'expiringLatest' : 'expiringIdle', { time: sayClock(at) })}</p>
          {!isLatest && (
            <ActionButton
              busy={busy}
              onClick={() => void run(async () => void (await latchkey.session())).then((well) => well && setAt(undefined))}
            >
              {say('stay')}
            </ActionButton>
          )}
          <Outcome failure={failure} />
        </div>
      )}
    </div>
  )
}
