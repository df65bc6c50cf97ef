// Warns that the session is about to expire, and extends it on request.

import { useEffect, useState } from 'react'
import { ActionButton } from './action-button.tsx'
import { FormStatus } from './form-status.tsx'
import { formatTime } from './format-time.ts'
import { t } from './i18n.ts'
import { latchkey } from './latchkey.ts'
import { useAction } from './use-action.ts'

/** For the difference between the clocks of server and browser, in milliseconds. */
const TOLERANCE_MS = 5_000

interface ExpiringBannerProps {
  /** The absolute timeout of the session, ISO 8601. */
  readonly latest: string
  /** The idle timeout after the last activity in any tab, in milliseconds since 1970. */
  readonly aliveUntil: number | undefined
}

export function ExpiringBanner({ latest, aliveUntil = 0 }: ExpiringBannerProps) {
  const [expiresAt, setExpiresAt] = useState<number>()
  const { busy, failure, run } = useAction()
  useEffect(() => latchkey.on('session-expiring', (event) => setExpiresAt(event.expiresAt)), [])
  useEffect(() => {
    if (expiresAt === undefined) return
    // If the session still exists then, activity elsewhere has extended it.
    const timer = setTimeout(() => setExpiresAt(undefined), expiresAt + TOLERANCE_MS - Date.now())
    return () => clearTimeout(timer)
  }, [expiresAt])

  const at = expiresAt !== undefined && aliveUntil > expiresAt + TOLERANCE_MS ? undefined : expiresAt
  const isLatest = at !== undefined && at >= Date.parse(latest) - TOLERANCE_MS
  return (
    <div role="alert">
      {at !== undefined && (
        <div className="banner">
          <p>{t(isLatest ? 'expiringLatest' : 'expiringIdle', { time: formatTime(at) })}</p>
          {!isLatest && (
            <ActionButton
              busy={busy}
              onClick={() =>
                void run(async () => void (await latchkey.session())).then((succeeded) => succeeded && setExpiresAt(undefined))
              }
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
