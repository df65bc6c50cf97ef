// The section with the devices and sessions of the user, and buttons to revoke them.

import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import type { RevokedCounts } from '../../src/client/index.ts'
import { Card } from '../shared/card.tsx'
import { Failure } from '../shared/failure.tsx'
import { failureText } from '../shared/failure-text.ts'
import { FormStatus } from '../shared/form-status.tsx'
import { formatTime } from '../shared/format-time.ts'
import { latchkey } from '../shared/latchkey.ts'
import { LineageItem } from '../shared/lineage-item.tsx'
import { type Lineage, sortLineages } from '../shared/lineages.ts'
import { Loading } from '../shared/loading.tsx'
import { useAction } from '../shared/use-action.ts'
import type { Resource } from '../shared/use-resource.ts'
import { t } from './i18n.ts'

interface SessionsSectionProps {
  readonly resource: Resource<readonly Lineage[]>
  /** The result of the last revocation. */
  readonly revoked: RevokedCounts | undefined
  readonly onSignOutOthers: () => void
  readonly onRevoked: (counts: RevokedCounts) => Promise<void>
}

export function SessionsSection({ resource: { state, load }, revoked, onSignOutOthers, onRevoked }: SessionsSectionProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [revoking, setRevoking] = useState<string>()
  const { failure, run } = useAction()

  async function revoke(listed: Lineage) {
    if (revoking !== undefined) return
    setRevoking(listed.id)
    const succeeded = await run(async () => onRevoked(await latchkey.sessions.end(listed.id)))
    setRevoking(undefined)
    if (succeeded) heading.current?.focus()
  }

  const lineages = state.status === 'ready' ? sortLineages(state.value) : []
  const hasOthers = lineages.length > 1
  const signOutOthers = hasOthers && (
    <Button variant="default" onClick={onSignOutOthers}>
      {t('signOutOthers')}
    </Button>
  )
  return (
    <Card id="sessions" title={t('sessionsTitle')} lead={t('sessionsLead')} action={signOutOthers} headingRef={heading}>
      {state.status === 'loading' && <Loading text={t('loadingSessions')} />}
      {state.status === 'failed' && <Failure text={t('failedSessions')} error={state.error} onRetry={load} />}
      <FormStatus failure={failure} done={revoked && t('revoked', { ...revoked })} />
      {state.status === 'ready' && (
        <>
          <ul className="lineages">
            {lineages.map((lineage) => (
              <LineageItem
                key={lineage.id}
                lineage={lineage}
                revoking={revoking}
                onRevoke={(listed) => void revoke(listed)}
                onSignOut={() => void run(async () => void (await latchkey.logout()))}
              />
            ))}
          </ul>
          {!hasOthers && <p className="soft no-others">{t('noOtherDevices')}</p>}
          {state.stale !== undefined && (
            <div className="actions">
              <p className="soft">{t('sessionsNotRefreshed', { time: formatTime(state.readAt), reason: failureText(state.stale) })}</p>
              <Button variant="default" size="xs" onClick={() => void load()}>
                {t('tryAgain')}
              </Button>
            </div>
          )}
        </>
      )}
    </Card>
  )
}
