// What somebody is signed in with, and the ways to end it.

import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import type { RevokedCounts } from '../../src/client/index.ts'
import { Card } from '../shared/card.tsx'
import { Confirm } from '../shared/confirm.tsx'
import { Failure } from '../shared/failure.tsx'
import { failureText } from '../shared/failure-text.ts'
import { FormStatus } from '../shared/form-status.tsx'
import { LineageItem } from '../shared/lineage-item.tsx'
import { type Lineage, sortLineages } from '../shared/lineages.ts'
import { Loading } from '../shared/loading.tsx'
import { useAction } from '../shared/use-action.ts'
import type { Resource } from '../shared/use-resource.ts'
import { t } from './i18n.ts'
import { type UserRecord, users } from './users.ts'

interface UserSessionsProps {
  readonly user: UserRecord
  readonly reading: Resource<readonly Lineage[]>
  /** Resolves when what has ended is gone from the list. */
  readonly onEnded: () => Promise<void>
}

export function UserSessions({ user: { id, username }, reading: { state, load }, onEnded }: UserSessionsProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [isAsking, setAsking] = useState(false)
  const [revoking, setRevoking] = useState<string>()
  const [ended, setEnded] = useState<RevokedCounts>()
  const { failure, run } = useAction()
  const lineages = state.status === 'ready' ? sortLineages(state.value) : []

  async function take(counts: RevokedCounts) {
    setEnded(counts)
    await onEnded()
  }

  async function end({ id }: Lineage) {
    if (revoking !== undefined) return
    setRevoking(id)
    const well = await run(async () => take(await users.endSession(id)))
    setRevoking(undefined)
    if (well) heading.current?.focus()
  }

  const endEverything = lineages.length > 0 && (
    <Button variant="default" onClick={() => setAsking(true)}>
      {t('endEverything')}
    </Button>
  )
  return (
    <Card id="sessions" title={t('sessionsTitle')} lead={t('sessionsLead')} action={endEverything} headingRef={heading}>
      {state.status === 'loading' && <Loading text={t('loadingSessions')} />}
      {state.status === 'failed' && <Failure text={t('failedSessions')} error={state.error} onRetry={load} />}
      <FormStatus
        failure={failure ?? (state.status === 'ready' && state.stale !== undefined ? failureText(state.stale) : undefined)}
        done={ended && t('ended', { ...ended })}
      />
      {state.status === 'ready' && lineages.length === 0 && <p>{t('nowhere')}</p>}
      {lineages.length > 0 && (
        <ul className="lineages">
          {lineages.map((lineage) => (
            <LineageItem key={lineage.id} lineage={lineage} revoking={revoking} onRevoke={(listed) => void end(listed)} />
          ))}
        </ul>
      )}
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={t('endEverythingTitle', { name: username })}
        text={t('endEverythingText')}
        button={t('endEverything')}
        onDone={() => heading.current?.focus()}
        act={async () => take(await users.endEverything(id))}
      />
    </Card>
  )
}
