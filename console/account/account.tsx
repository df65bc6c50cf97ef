// The sections of the account page, and what a change in one refreshes in the others.

import { useEffect, useRef, useState } from 'react'
import type { RevokedCounts, SignedIn } from '../../src/client/index.ts'
import { Confirm } from '../shared/confirm.tsx'
import { ExpiringBanner } from '../shared/expiring-banner.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { ActivitySection } from './activity-section.tsx'
import { AlarmCards } from './alarm-cards.tsx'
import { ChangePassword } from './change-password.tsx'
import { DeleteAccount } from './delete-account.tsx'
import { DownloadSection } from './download-section.tsx'
import { t } from './i18n.ts'
import { ProfileCard } from './profile-card.tsx'
import { SessionsSection } from './sessions-section.tsx'
import { useAuditEvents } from './use-audit-events.ts'
import { useFragment } from './use-fragment.ts'
import { useSessions } from './use-sessions.ts'

export function Account({ signedIn }: { readonly signedIn: SignedIn }) {
  const sessions = useSessions()
  const events = useAuditEvents()
  const { refresh: refreshActivity } = events
  const [isConfirmingOthers, setConfirmingOthers] = useState(false)
  const [isConfirmingAll, setConfirmingAll] = useState(false)
  const [revoked, setRevoked] = useState<RevokedCounts>()
  const currentPassword = useRef<HTMLInputElement>(null)
  useFragment()

  const listed = sessions.state.status === 'ready' ? sessions.state.value : undefined
  const currentSession = listed?.find(({ current }) => current)
  const aliveUntil = currentSession && Date.parse(currentSession.lastSeenAt) + signedIn.session.idleTimeout * 1000

  // A changed list of sessions means new audit events, perhaps an alarm.
  const ids = listed?.map(({ id }) => id).join()
  const idsBefore = useRef<string>(undefined)
  useEffect(() => {
    if (ids !== undefined && idsBefore.current !== undefined && ids !== idsBefore.current) void refreshActivity(true)
    idsBefore.current = ids ?? idsBefore.current
  }, [ids, refreshActivity])

  async function refresh() {
    await Promise.all([sessions.refresh(), refreshActivity()])
  }

  async function showRevoked(counts: RevokedCounts) {
    setRevoked(counts)
    await refresh()
  }

  return (
    <>
      <ExpiringBanner latest={signedIn.session.expiresAt} aliveUntil={aliveUntil} />
      <AlarmCards
        resource={events}
        onSignOutEverywhere={() => setConfirmingAll(true)}
        onChangePassword={() => {
          document.getElementById('password')?.scrollIntoView()
          currentPassword.current?.focus({ preventScroll: true })
        }}
      />
      <ProfileCard signedIn={signedIn} onSignOutEverywhere={() => setConfirmingAll(true)} />
      <SessionsSection resource={sessions} revoked={revoked} onSignOutOthers={() => setConfirmingOthers(true)} onRevoked={showRevoked} />
      <ActivitySection resource={events} />
      <ChangePassword username={signedIn.user.username} currentRef={currentPassword} onChanged={() => void refresh()} />
      <DownloadSection signedIn={signedIn} />
      <DeleteAccount username={signedIn.user.username} />
      <Confirm
        opened={isConfirmingOthers}
        onClose={() => setConfirmingOthers(false)}
        title={t('signOutOthersTitle')}
        text={t('signOutOthersText')}
        button={t('signOutOthers')}
        onDone={() => document.getElementById('sessions-title')?.focus()}
        act={async () => showRevoked(await latchkey.sessions.endOthers())}
      />
      <Confirm
        opened={isConfirmingAll}
        onClose={() => setConfirmingAll(false)}
        title={t('signOutEverywhereTitle')}
        text={t('signOutEverywhereText')}
        button={t('signOutEverywhere')}
        act={async () => void (await latchkey.logout({ everywhere: true }))}
      />
    </>
  )
}
