// Tells that the session ends soon, and keeps it when the reader wants to.

import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { latchkey } from './latchkey.ts'
import { Outcome } from './outcome.tsx'
import { say } from './say.ts'
import { sayClock } from './times.ts'
import { useAction } from './use-action.ts'

/** The two clocks need not agree to the second. */
const TOLERANCE = 5_000

/** @param latest when the session ends whatever is done, ISO 8601 */
export function ExpiringBanner({ latest }: { readonly latest: string }) {
  const [at, setAt] = useState<number>()
  const { busy, failure, run } = useAction()
  useEffect(() => latchkey.on('expiring', (told) => setAt(told.at)), [])

  const isLatest = at !== undefined && at >= Date.parse(latest) - TOLERANCE
  return (
    <div role="alert">
      {at !== undefined && (
        <div className="banner">
          <p>{say(isLatest ? 'expiringLatest' : 'expiringIdle', { time: sayClock(at) })}</p>
          {!isLatest && (
            <Button
              loading={busy}
              onClick={() => void run(async () => void (await latchkey.session())).then((well) => well && setAt(undefined))}
            >
              {say('stay')}
            </Button>
          )}
          <Outcome failure={failure} />
        </div>
      )}
    </div>
  )
}
