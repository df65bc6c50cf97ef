// Tells that the session ends soon, and keeps it when the reader wants to.

import { useEffect, useState } from 'react'
import { ActionButton } from './action-button.tsx'
import { FormStatus } from './form-status.tsx'
import { formatTime } from './format-time.ts'
import { t } from './i18n.ts'
import { latchkey } from './latchkey.ts'
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
  const [expiresAt, setAt] = useState<number>()
  const { busy, failure, run } = useAction()
  useEffect(() => latchkey.on('expiring', ({ at }) => setAt(at)), [])
  useEffect(() => {
    if (expiresAt === undefined) return
    // Whoever is still signed in then was kept by something that was done elsewhere.
    const timer = setTimeout(() => setAt(undefined), expiresAt + TOLERANCE - Date.now())
    return () => clearTimeout(timer)
  }, [expiresAt])

  const at = expiresAt !== undefined && aliveUntil > expiresAt + TOLERANCE ? undefined : expiresAt
  const isLatest = at !== undefined && at >= Date.parse(latest) - TOLERANCE
  return (
    <div role="alert">
      {at !== undefined && (
        <div className="banner">
          <p>{t(isLatest ? 'expiringLatest' : 'expiringIdle', { time: formatTime(at) })}</p>
          {!isLatest && (
            <ActionButton
              busy={busy}
              onClick={() => void run(async () => void (await latchkey.session())).then((well) => well && setAt(undefined))}
            >
              {t('stay')}
            </ActionButton>
          )}
          <FormStatus failure={failure} />
        </div>
      )}
    </div>
  )
}
