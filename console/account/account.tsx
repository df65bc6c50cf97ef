// All that somebody who is signed in finds here, and what one part of it means for the others.

import { useEffect, useRef, useState } from 'react'
import type { RevokedCounts, SignedIn } from '../../src/client/index.ts'
import { Confirm } from '../shared/confirm.tsx'
import { ExpiringBanner } from '../shared/expiring-banner.tsx'
import { latchkey } from '../shared/latchkey.ts'
import { AlarmCards } from './alarm-cards.tsx'
import { ChangePassword } from './change-password.tsx'
import { DeleteAccount } from './delete-account.tsx'
import { DownloadSection } from './download-section.tsx'
import { t } from './i18n.ts'
import { ActivitySection } from './operations-section.tsx'
import { ProfileCard } from './profile-card.tsx'
import { SessionsSection } from './sessions-section.tsx'
import { useFragment } from './use-fragment.ts'
import { useAuditEvents } from './use-operations.ts'
import { useSessions } from './use-sessions.ts'

export function Account({ who }: { readonly who: SignedIn }) {
  const sessions = useSessions()
  const events = useAuditEvents()
  const { refresh: refreshActivity } = events
  const [askingForOthers, setAskingForOthers] = useState(false)
  const [askingForAll, setAskingForAll] = useState(false)
  const [ended, setEnded] = useState<RevokedCounts>()
  const currentPassword = useRef<HTMLInputElement>(null)
  useFragment()

  const listed = sessions.state.status === 'ready' ? sessions.state.value : undefined
  const inUse = listed?.find(({ current }) => current)
  const aliveUntil = inUse && Date.parse(inUse.lastSeenAt) + who.session.idleTimeout * 1000

  // What began or ended elsewhere is in the record too, and so is an alarm about it.
  const ids = listed?.map(({ id }) => id).join()
  const idsBefore = useRef<string>(undefined)
  useEffect(() => {
    if (ids !== undefined && idsBefore.current !== undefined && ids !== idsBefore.current) void refreshActivity(true)
    idsBefore.current = ids ?? idsBefore.current
  }, [ids, refreshActivity])

  async function refresh() {
    await Promise.all([sessions.refresh(), refreshActivity()])
  }

  async function recordEnded(counts: RevokedCounts) {
    setEnded(counts)
    await refresh()
  }

  return (
    <>
      <ExpiringBanner latest={who.session.expiresAt} aliveUntil={aliveUntil} />
      <AlarmCards
        reading={events}
        onEndEverything={() => setAskingForAll(true)}
        onChangePassword={() => {
          document.getElementById('password')?.scrollIntoView()
          currentPassword.current?.focus({ preventScroll: true })
        }}
      />
      <ProfileCard who={who} onEndEverything={() => setAskingForAll(true)} />
      <SessionsSection reading={sessions} ended={ended} onEndOthers={() => setAskingForOthers(true)} onEnded={recordEnded} />
      <ActivitySection reading={events} />
      <ChangePassword username={who.user.username} currentRef={currentPassword} onChanged={() => void refresh()} />
      <DownloadSection who={who} />
      <DeleteAccount username={who.user.username} />
      <Confirm
        opened={askingForOthers}
        onClose={() => setAskingForOthers(false)}
        title={t('endOthersTitle')}
        text={t('endOthersText')}
        button={t('endOthers')}
        onDone={() => document.getElementById('sessions-title')?.focus()}
        act={async () => recordEnded(await latchkey.sessions.endOthers())}
      />
      <Confirm
        opened={askingForAll}
        onClose={() => setAskingForAll(false)}
        title={t('signOutEverywhereTitle')}
        text={t('signOutEverywhereText')}
        button={t('signOutEverywhere')}
        act={async () => void (await latchkey.logout({ everywhere: true }))}
      />
    </>
  )
}
