// The section with the sessions and remember-me logins of a user, and buttons to revoke them.

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
  readonly resource: Resource<readonly Lineage[]>
  /** Resolves when the list is refreshed. */
  readonly onRevoked: () => Promise<void>
}

export function UserSessions({ user: { id, username }, resource: { state, load }, onRevoked }: UserSessionsProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [isAsking, setAsking] = useState(false)
  const [revoking, setRevoking] = useState<string>()
  const [revoked, setRevoked] = useState<RevokedCounts>()
  const { failure, run } = useAction()
  const lineages = state.status === 'ready' ? sortLineages(state.value) : []

  async function showRevoked(counts: RevokedCounts) {
    setRevoked(counts)
    await onRevoked()
  }

  async function revoke({ id }: Lineage) {
    if (revoking !== undefined) return
    setRevoking(id)
    const succeeded = await run(async () => showRevoked(await users.revokeSession(id)))
    setRevoking(undefined)
    if (succeeded) heading.current?.focus()
  }

  const signOutEverywhere = lineages.length > 0 && (
    <Button variant="default" onClick={() => setAsking(true)}>
      {t('signOutEverywhere')}
    </Button>
  )
  return (
    <Card id="sessions" title={t('sessionsTitle')} lead={t('sessionsLead')} action={signOutEverywhere} headingRef={heading}>
      {state.status === 'loading' && <Loading text={t('loadingSessions')} />}
      {state.status === 'failed' && <Failure text={t('failedSessions')} error={state.error} onRetry={load} />}
      <FormStatus
        failure={failure ?? (state.status === 'ready' && state.stale !== undefined ? failureText(state.stale) : undefined)}
        done={revoked && t('revoked', { ...revoked })}
      />
      {state.status === 'ready' && lineages.length === 0 && <p>{t('notSignedIn')}</p>}
      {lineages.length > 0 && (
        <ul className="lineages">
          {lineages.map((lineage) => (
            <LineageItem key={lineage.id} lineage={lineage} revoking={revoking} onRevoke={(listed) => void revoke(listed)} />
          ))}
        </ul>
      )}
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={t('signOutEverywhereTitle', { name: username })}
        text={t('signOutEverywhereText')}
        button={t('signOutEverywhere')}
        onDone={() => heading.current?.focus()}
        act={async () => showRevoked(await users.revokeAllSessions(id))}
      />
    </Card>
  )
}
